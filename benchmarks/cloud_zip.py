"""A ZIP that the storage puts together, against downloading the files, packing them and sending the ZIP, for sharing.

python -m benchmarks.cloud_zip [--files 30] [--mib 50]

Both make the same thing: a ZIP of the files in the staging bucket. Bytes are counted between client and server.
"""

from __future__ import annotations

import argparse
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from app.core.events import Match
from app.core.job import Job
from app.services.cloud_zip import CloudStores, CloudZipRequest, assemble
from benchmarks.lab import STAGING, STORAGE, Lab, SystemClock, boto3_client, connect, open_lab

_MIB = 1024**2


@dataclass
class _Relay:
    """Passes bytes between client and server, and counts them.

    Attributes:
        address: of the server, host and port.
        up: bytes from the client.
        down: bytes to the client.
    """

    address: tuple[str, int]
    up: int = 0
    down: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Yield the address to use in place of the server's."""
        with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(self.address)
                for one, other, is_up in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=(one, other, is_up), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_up: bool) -> None:
        with suppress(OSError):
            while data := source.recv(256 * 1024):
                with self._lock:
                    self.up += len(data) * is_up
                    self.down += len(data) * (not is_up)
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def main() -> None:
    """Run both once and print times, bytes and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=30)
    parser.add_argument("--mib", type=int, default=50)
    options = parser.parse_args()
    with open_lab() as lab:
        matches = _store(lab, options.files, options.mib * _MIB)
        size = sum(match.stored.size_bytes for match in matches)
        print(f"A ZIP of {options.files} files of {options.mib} MiB in the staging bucket, {size / _MIB:,.0f} MiB")
        cloud = _measured("put together by the storage", lab, lambda url: _in_cloud(url, lab, matches))
        client = _measured("boto3: download, zipfile, upload", lab, lambda url: _by_hand(url, lab.folder, matches))
        print(f"bytes through the client: {cloud / size:.2%} of the files; {cloud / client:.2%} of the other way's")


def _store(lab: Lab, files: int, size: int) -> tuple[Match, ...]:
    client = boto3_client(lab.endpoint_url)
    for number in range(files):
        client.put_object(Bucket=STORAGE, Key=f"film/{number:03}.mov", Body=Random(number).randbytes(size))
    pages = lab.storage.list_objects("film/", Job().cancel)
    return tuple(Match(stored, {}, ()) for page in pages for stored in page)


def _measured(name: str, lab: Lab, run: Callable[[str], str]) -> int:
    """Run one way, check what it made, and return the bytes that passed through the client."""
    parts = urlsplit(lab.endpoint_url)
    relay = _Relay((str(parts.hostname), int(parts.port or 80)))
    with relay.running() as url:
        started = time.perf_counter()
        key = run(url)
        seconds = time.perf_counter() - started
    copy = lab.folder / "copy.zip"
    boto3_client(lab.endpoint_url).download_file(STAGING, key, str(copy))
    with zipfile.ZipFile(copy) as made:
        if made.testzip() is not None:
            raise RuntimeError(f"{name}: the ZIP is damaged")
    print(f"{name:34} {seconds:7.2f} s  {relay.up / _MIB:9,.1f} MiB up  {relay.down / _MIB:9,.1f} MiB down")
    return relay.up + relay.down


def _in_cloud(url: str, lab: Lab, matches: tuple[Match, ...]) -> str:
    server, _ = connect(url)
    stores = CloudStores(server.bucket(STORAGE), server.bucket(STAGING), server.assembler(STAGING, STORAGE))
    return assemble(CloudZipRequest(matches, "Film", lab.user_id), stores, SystemClock(), Job()).stored.key


def _by_hand(url: str, folder: Path, matches: tuple[Match, ...]) -> str:
    client = boto3_client(url)
    path = folder / "film.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for match in matches:
            file = folder / "member"
            client.download_file(STORAGE, match.stored.key, str(file))
            archive.write(file, match.stored.key)
    key = "film-by-hand.zip"
    client.upload_file(str(path), STAGING, key)
    return key


if __name__ == "__main__":
    main()
