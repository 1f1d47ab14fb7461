"""The bundle as a user has it: a folder that was copied somewhere, and no Python."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.demo.weed import find_weed
from tests.bundle.conftest import Bundle
from tests.screen import x_server
from tests.server import Buckets, keys_in, tags_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Run = Callable[..., subprocess.CompletedProcess[str]]

# The first of them builds the bundle.
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform == "win32", reason="signals and paths of POSIX"),
]


def objects(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert result.returncode == 0, result.stderr + result.stdout
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("name", ["tagdrop", "tagdropw"])
def test_both_programs_tell_how_to_use_them(bundle: Bundle, name: str) -> None:
    told, errors = bundle.start("--help", name=name).communicate(timeout=60)
    assert "usage: tagdrop" in told
    assert errors == ""


def test_it_leaves_out_what_nobody_needs(built: Path) -> None:
    inside = built / "_internal"
    services = {folder.name for folder in (inside / "botocore" / "data").iterdir() if folder.is_dir()}
    assert "s3" in services
    assert "ec2" not in services
    assert not list(inside.rglob("libqgtk3*"))
    assert not [link for link in inside.rglob("*") if link.is_symlink() and not link.exists()]


def test_the_commands_do_the_whole_job(set_up: Bundle, files: Path, boto: S3Client, buckets: Buckets) -> None:
    (files / "Büro").mkdir()
    (files / "Büro" / "عقد.docx").write_bytes(b"contract")
    (files / "Büro" / "plan.pdf").write_bytes(b"plan" * 3_000_000)
    *lines, summary = objects(set_up.run("upload", "--tag", "Kunde 4711", files / "Büro", "--json"))
    assert {line["status"] for line in lines} == {"uploaded"}
    assert summary["bytes"] == 12_000_008
    assert keys_in(boto, buckets.storage) == ["Büro/plan.pdf", "Büro/عقد.docx"]
    assert tags_of(boto, buckets.storage, "Büro/عقد.docx") == {"Tag1": "Kunde 4711", "Tag2": "Tag-value"}
    assert boto.get_object(Bucket=buckets.storage, Key="Büro/plan.pdf")["Body"].read() == b"plan" * 3_000_000

    *matches, summary = objects(set_up.run("find", "kunde 4711", "--json"))
    assert {match["key"] for match in matches} == {"Büro/plan.pdf", "Büro/عقد.docx"}
    assert (summary["matches"], summary["complete"]) == (2, True)
    counted, _ = objects(set_up.run("tags", "--json"))
    assert (counted["value"], counted["files"]) == ("Kunde 4711", 2)

    *_, summary = objects(set_up.run("fetch", "Kunde*", "--output", "out.zip", "--json"))
    with zipfile.ZipFile(set_up.home / "out.zip") as archive:
        assert archive.testzip() is None
        assert archive.read("Büro/عقد.docx") == b"contract"
    staged, _ = objects(set_up.run("staged", "--json"))
    copies = [f"{summary['staged']}files/{key}" for key in keys_in(boto, buckets.storage)]
    assert keys_in(boto, buckets.staging) == [*copies, f"{summary['staged']}request.json"]
    assert objects(set_up.run("sweep", "--json"))[-1]["removed"] == 0
    objects(set_up.run("staged", "--delete", staged["id"], "--json"))
    assert keys_in(boto, buckets.staging) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("find", "A", "--config", "nowhere.toml"), 3),
        (("find", "A", "--config", "typo.toml"), 3),
        (("find", "A"), 3),
        (("find",), 2),
        (("fetch", "A"), 2),
    ],
)
def test_a_mistake_gets_the_same_sentence_as_from_source(
    bundle: Bundle, from_source: Run, words: tuple[str, ...], code: int
) -> None:
    (bundle.home / "typo.toml").write_text('[storage]\nbucket = "b"\n')
    bundled, plain = bundle.run(*words), from_source(*words)
    assert bundled.stderr.startswith("tagdrop: ")
    assert (bundled.returncode, bundled.stdout, bundled.stderr) == (code, plain.stdout, plain.stderr)


def test_a_profile_of_sso_is_understood(bundle: Bundle, from_source: Run) -> None:
    cache = bundle.home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    (bundle.home / ".aws" / "config").write_text(
        "[default]\nsso_session = office\nsso_account_id = 123456789012\nsso_role_name = files\n"
        "[sso-session office]\nsso_region = eu-central-1\nsso_start_url = https://example.awsapps.com/start\n"
    )
    (cache / f"{hashlib.sha1(b'office').hexdigest()}.json").write_text(
        json.dumps({"accessToken": "token", "expiresAt": "2099-01-01T00:00:00Z", "region": "eu-central-1"})
    )
    (bundle.home / "config.toml").write_text(
        '[storage]\nregion = "eu-central-1"\nstorage_bucket = "files"\nstaging_bucket = "staging"\n'
    )
    nowhere = {"AWS_ENDPOINT_URL_SSO": "http://127.0.0.1:9"}
    words = ("find", "A", "--config", "config.toml")
    bundled, plain = bundle.run(*words, **nowhere), from_source(*words, **nowhere)
    assert "No connection to the storage" in bundled.stderr
    assert (bundled.returncode, bundled.stderr) == (plain.returncode, plain.stderr)


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """A real X server, as environment variables."""
    with x_server() as display:
        yield {"DISPLAY": display}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_window_connects_and_closes_when_told_to(set_up: Bundle, number: signal.Signals) -> None:
    assert run_window(set_up, number, QT_QPA_PLATFORM="offscreen") == (130 if number == signal.SIGINT else 0)


def test_the_window_opens_on_a_real_screen(set_up: Bundle, screen: dict[str, str]) -> None:
    assert run_window(set_up, signal.SIGTERM, **screen) == 0
    log = set_up.home / ".local" / "state" / "tagdrop" / "log" / "tagdrop.log"
    assert "Connected as" in log.read_text(encoding="utf-8")


def run_window(bundle: Bundle, number: signal.Signals, **environment: str) -> int:
    """Open the window, wait until it is connected, end it, and return the exit code."""
    window = bundle.start("-v", name="tagdropw", **environment)
    assert window.stderr is not None
    lines = []
    for line in window.stderr:
        lines.append(line)
        if "Connected as" in line:
            break
    window.send_signal(number)
    _, rest = window.communicate(timeout=60)
    told = "".join(lines) + rest
    assert "Connected as" in told
    assert "Traceback" not in told
    return window.returncode


def test_a_missing_library_is_said_in_a_sentence(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "libEGL.so.1").write_text("no library")
    result = bundle.run(QT_QPA_PLATFORM="offscreen", LD_LIBRARY_PATH=str(tmp_path / "lib"))
    assert result.returncode == 3
    assert result.stderr == (
        "tagdrop: The window needs libraries that this system doesn’t have."
        " Install them: sudo apt install libegl1. All commands work without them.\n"
    )


def test_the_demo_says_what_it_lacks(bundle: Bundle) -> None:
    result = bundle.run("demo", "--headless", PATH=str(bundle.home))
    assert result.returncode == 3
    assert result.stderr == (
        "tagdrop: The demo needs a storage server that isn’t installed. Put SeaweedFS’s program “weed” in a folder of"
        " the PATH; it is at github.com/seaweedfs/seaweedfs/releases.\n"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_demo_finds_a_server_on_the_path_and_leaves_no_process(
    bundle: Bundle, tmp_path: Path, number: signal.Signals
) -> None:
    place = tmp_path / "bin"
    place.mkdir()
    (place / "weed").symlink_to(find_weed())
    demo = bundle.start("demo", "--headless", "--data-dir", tmp_path / "demo", PATH=f"{place}:/usr/bin:/bin")
    assert demo.stdout is not None
    ready = json.loads(demo.stdout.readline())
    *_, summary = objects(bundle.run("find", "Invoice 2026", "--json", "--config", ready["it_config"], **ready["env"]))
    assert summary["matches"] > 50
    demo.send_signal(number)
    demo.communicate(timeout=60)
    assert demo.returncode == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    # The server's guardian holds the lock as long as the server runs, so a second start tells that it has gone.
    again = bundle.start("demo", "--headless", "--data-dir", tmp_path / "demo", PATH=f"{place}:/usr/bin:/bin")
    assert again.stdout is not None
    assert json.loads(again.stdout.readline())["event"] == "ready"
    again.terminate()
    again.communicate(timeout=60)
    assert again.returncode == 0


def test_programs_that_it_starts_get_the_environment_that_it_got(bundle: Bundle, tmp_path: Path) -> None:
    weed = tmp_path / "weed"
    weed.write_text(f"#!/bin/sh\nenv > '{tmp_path}/environment'\n")
    weed.chmod(0o755)
    bundle.run("demo", "--headless", PATH=f"{tmp_path}:/usr/bin:/bin", LD_LIBRARY_PATH="/opt/mine")
    variables = dict(line.split("=", 1) for line in (tmp_path / "environment").read_text().splitlines() if "=" in line)
    assert variables["LD_LIBRARY_PATH"] == "/opt/mine"
    assert not [name for name in variables if name.startswith(("QT_", "QML2_", "_PYI_"))]
