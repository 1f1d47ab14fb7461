"""A campaign of faults: uploads, downloads and changes of tags over a bad line, killed at any moment.

Runs on a real S3 server of its own on the loopback address, bounded by faults and by time:

    python -m tests.faults.campaign [--faults 1000] [--minutes 30] [--seed N]

Every round uploads, fetches or retags through a proxy that makes faults, perhaps kills the program, goes on as a person
would, and then looks with boto3: each file is in the bucket with the right bytes, tags and CRC32, or was named as failed;
no ZIP that isn't whole stands under its name; nothing is left to go on with; nothing is in the staging bucket that isn't
listed; no multipart upload is left after a sweep. The first thing that isn't so ends it.
"""

from __future__ import annotations

import argparse
import base64
import secrets
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zipfile import ZipFile

from app.demo.server import LocalServer
from tests.faults.mischief import Mischief
from tests.program import Program, Ran
from tests.proxy import FaultProxy
from tests.server import (
    ANY_BUCKETS,
    Buckets,
    credentials_environment,
    keys_in,
    make_buckets,
    plain_client,
    tags_of,
    write_config,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MIB = 1024**2
_GOES_ON = 4  # times that somebody tries again on a bad line before the line is good again
_LIKELIHOODS = (0.02, 0.05, 0.1)
_KILLED = 0.4  # of all rounds
_OUT = 0.2
_RESUMED = 0.5  # of downloads that are interrupted; the others go on by the same command


@dataclass
class Tally:
    """What a campaign did.

    Attributes:
        rounds: by what they were.
        kills: how often the program was killed in the middle.
        files: that were looked at in the bucket.
        named: files that the program had named as failed.
        archives: ZIPs that were looked into.
    """

    rounds: dict[str, int] = field(default_factory=lambda: {"upload": 0, "fetch": 0, "retag": 0})
    kills: int = 0
    files: int = 0
    named: int = 0
    archives: int = 0


class Campaign:
    """Rounds on one pair of buckets.

    Args:
        program: works through the proxy.
        boto: looks without it.
        buckets: which.
        mischief: of the proxy.
        chance: decides what a round is like.
        folder: for files.
    """

    def __init__(
        self, program: Program, boto: S3Client, buckets: Buckets, mischief: Mischief, chance: Random, folder: Path
    ) -> None:
        self._program = program
        self._boto = boto
        self._buckets = buckets
        self._mischief = mischief
        self._chance = chance
        self._folder = folder
        self._stored: dict[str, Mapping[str, bytes]] = {}  # by tag: what must be in the bucket, by key
        self.tally = Tally()

    def round(self) -> None:
        """Upload something, or fetch or retag something that was uploaded before.

        Raises:
            AssertionError: something was lost, done twice, left behind, or isn't what it is said to be.
        """
        kind = self._chance.choice(("upload", "upload", "fetch", "fetch", "retag")) if self._stored else "upload"
        self.tally.rounds[kind] += 1
        self._mischief.likelihood = self._chance.choice(_LIKELIHOODS)
        if self._chance.random() < _OUT:
            self._mischief.go_out()
        if kind == "upload":
            self._upload()
        elif kind == "fetch":
            self._fetch()
        else:
            self._retag()
        assert not self._open_transfers(), f"left to go on with after a {kind}: {self._program.run('transfers')}"

    def finish(self) -> None:
        """Look that nothing is there which nobody lists, and that a sweep a week later leaves nothing of it."""
        self._mischief.end()
        staged = self._program.run("staged")
        assert staged.code == 0, staged
        listed = {line["id"] for line in staged.of("staged")}
        there = {key.split("/")[1] for key in keys_in(self._boto, self._buckets.staging)}
        assert there <= listed, f"temporary copies that nobody lists: {there - listed}"
        swept = self._program.run("sweep", days_later=8)
        assert swept.code == 0, swept
        assert keys_in(self._boto, self._buckets.staging) == []
        for bucket in (self._buckets.storage, self._buckets.staging):
            left = self._boto.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
            assert not left, f"multipart uploads left in {bucket}: {[upload['Key'] for upload in left]}"

    def _upload(self) -> None:
        tag = f"Lot {secrets.token_hex(4)}"
        tree = self._folder / tag.replace(" ", "-")
        contents = self._make_tree(tree)
        ran = self._run_perhaps_killed("upload", "--tag", tag, tree)
        runs = [ran]
        for attempt in range(_GOES_ON):
            if ran.code in (0, 1) and not self._open_transfers():
                break
            if attempt == _GOES_ON - 1:
                self._mischief.end()
            # Killed before the journal had it, nothing was sent: then there is nothing to go on with.
            ran = (
                self._program.run("resume")
                if self._open_transfers()
                else self._program.run("upload", "--tag", tag, tree)
            )
            runs.append(ran)
        self._judge_upload(tag, contents, runs)

    def _judge_upload(self, tag: str, contents: Mapping[str, bytes], runs: list[Ran]) -> None:
        assert runs[-1].code in (0, 1), runs[-1]
        assert not self._open_transfers(), runs
        failed = {line["key"] for line in runs[-1].of("file") if line["status"] == "failed"}
        folder = next(iter(contents)).partition("/")[0]
        there = [key for key in keys_in(self._boto, self._buckets.storage) if key.startswith(f"{folder}/")]
        assert set(there) <= contents.keys(), f"stored twice: {set(there) - contents.keys()}"
        for key, content in contents.items():
            if key in there:
                self._check_stored(key, content, tag)
            else:
                assert key in failed, f"{key} is neither stored nor named as failed: {runs}"
        told = {line["key"] for ran in runs for line in ran.of("file") if line["status"] == "uploaded"}
        assert told <= set(there), f"said to be uploaded, but isn’t there: {told - set(there)}"
        self.tally.files += len(contents)
        self.tally.named += len(failed)
        if there:
            self._stored[tag] = {key: contents[key] for key in there}

    def _check_stored(self, key: str, content: bytes, tag: str) -> None:
        answer = self._boto.get_object(Bucket=self._buckets.storage, Key=key, ChecksumMode="ENABLED")
        assert answer["Body"].read() == content, f"{key} has other bytes"
        crc32 = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
        assert answer["ChecksumCRC32"] == crc32, f"{key} has another checksum"
        assert tags_of(self._boto, self._buckets.storage, key) == {"Tag1": tag, "Tag2": "Tag-value"}

    def _fetch(self) -> None:
        tag = self._chance.choice(sorted(self._stored))
        output = self._folder / f"{secrets.token_hex(4)}.zip"
        how = self._chance.choice(((), (), ("--in-cloud",)))
        words = ("fetch", tag, "--output", output, "--engine", "live", *how)
        self._judge_fetch(tag, output, self._run_perhaps_killed(*words))
        for attempt in range(_GOES_ON):
            if output.exists() and not (failed := self._judge_fetch(tag, output, None)):
                break
            if attempt == _GOES_ON - 1:
                self._mischief.end()
            # What couldn't be listed for the bad line is tried again by the same command.
            resumes = self._chance.random() < _RESUMED and self._open_transfers()
            ran = self._program.run("resume") if resumes else self._program.run(*words, "--force")
            failed = self._judge_fetch(tag, output, ran)
        assert output.exists(), ran
        assert not failed, ran
        output.unlink()
        left = [path.name for path in self._folder.glob(f"{output.name}.*")]
        assert not left, f"left beside the ZIP: {left}"

    def _judge_fetch(self, tag: str, output: Path, ran: Ran | None) -> set[str]:
        """Look into the ZIP, if it is there; return the keys that are missing in it."""
        if not output.exists():
            assert ran is None or ran.code not in (0,), f"there is no ZIP: {ran}"
            return set(self._stored[tag])
        wanted = self._stored[tag]
        with ZipFile(output) as archive:
            assert archive.testzip() is None
            packed = {name: archive.read(name) for name in archive.namelist()}
        self.tally.archives += 1
        missing = wanted.keys() - packed.keys()
        assert packed.keys() <= wanted.keys()
        assert all(wanted[name] == body for name, body in packed.items()), f"{output} holds other bytes"
        if ran is not None:
            named = {line["key"] for line in ran.of("file") if line["status"] == "failed"}
            unreadable = {line["key"] for line in ran.of("unreadable")}
            assert missing <= named | unreadable, f"missing in the ZIP, but not named: {missing - named}, {ran}"
            assert not (missing and ran.code == 0), ran
        return missing

    def _retag(self) -> None:
        tag, new = self._chance.choice(sorted(self._stored)), f"Lot {secrets.token_hex(4)}"
        ran = self._run_perhaps_killed("retag", tag, new)
        for attempt in range(_GOES_ON):
            if ran.code == 0 and not self._open_transfers():
                break
            if attempt == _GOES_ON - 1:
                self._mischief.end()
            ran = self._program.run("resume") if self._open_transfers() else self._program.run("retag", tag, new)
        assert ran.code == 0, ran
        contents = self._stored[tag]
        found = {key: tags_of(self._boto, self._buckets.storage, key) for key in contents}
        assert found == {key: {"Tag1": new, "Tag2": "Tag-value"} for key in contents}, found
        self._stored[new] = self._stored.pop(tag)

    def _open_transfers(self) -> int:
        return len(self._program.run("transfers").of("transfer"))

    def _run_perhaps_killed(self, *words: str | Path) -> Ran:
        kill_after = self._chance.uniform(0.8, 4.0) if self._chance.random() < _KILLED else None
        ran = self._program.run(*words, kill_after=kill_after)
        self.tally.kills += ran.code is None
        return ran

    def _make_tree(self, tree: Path) -> dict[str, bytes]:
        """Write files of all sizes; return their contents by key."""
        sizes = [self._chance.choice((0, 1, 700, 20_000, 300_000)) for _ in range(self._chance.randint(1, 40))]
        sizes += [self._chance.randint(9 * _MIB, 30 * _MIB) for _ in range(self._chance.choice((0, 0, 0, 1, 2)))]
        contents = {}
        for number, size in enumerate(sizes):
            path = tree / f"Ordner {number % 3}" / f"Straße {number}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body := self._chance.randbytes(size))
            contents[f"{tree.name}/{path.parent.name}/{path.name}"] = body
        return contents


@contextmanager
def opened(server: LocalServer, folder: Path, seed: int) -> Iterator[tuple[Campaign, Mischief]]:
    """Make everything that a campaign on a running server needs."""
    boto, chance = plain_client(server), Random(seed)
    buckets = make_buckets(boto)
    with FaultProxy(urlsplit(server.endpoint_url).netloc).running() as proxy:
        settings = folder / "settings"
        settings.mkdir()
        config = write_config(settings, server, buckets)
        config.write_text(config.read_text().replace(server.endpoint_url, proxy.endpoint_url))
        program = Program(config, folder / "home", credentials_environment(server))
        mischief = Mischief.on(proxy, Random(seed))
        files = folder / "campaign"
        files.mkdir()
        yield Campaign(program, boto, buckets, mischief, chance, files), mischief
    boto.close()


def run(campaign: Campaign, mischief: Mischief, faults: int, seconds: float) -> None:
    """Go on until so many faults were made or the time is over.

    Raises:
        AssertionError: as of `Campaign.round`.
    """
    until = time.monotonic() + seconds
    while mischief.total < faults and time.monotonic() < until:
        campaign.round()
    campaign.finish()


def main() -> int:
    """Run a campaign and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="tagdrop-faults-") as name,
        LocalServer(Path(name, "server"), ANY_BUCKETS) as server,
        opened(server, Path(name), options.seed) as (campaign, mischief),
    ):
        try:
            run(campaign, mischief, options.faults, options.minutes * 60)
        finally:
            print(f"{mischief.total} faults: {dict(sorted(mischief.made.items()))}\n{campaign.tally}", flush=True)
    return 0 if mischief.total >= options.faults else 1


if __name__ == "__main__":
    sys.exit(main())
