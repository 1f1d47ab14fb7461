"""The commands as IT runs them: a process of its own, on the real server, looked at through plain boto3."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.demo.server import LocalServer
from tests.server import Buckets, write_config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def config(tmp_path: Path, s3_server: LocalServer, buckets: Buckets, aws_environment: dict[str, str]) -> Path:
    return write_config(tmp_path, s3_server, buckets)


@pytest.fixture
def run(config: Path) -> Run:
    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", *map(str, words), "--config", str(config)]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, stdin=subprocess.DEVNULL)

    return run


def _objects(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def _drop(files: Path) -> Path:
    folder = files / "Site"
    folder.mkdir()
    (folder / "plan.pdf").write_bytes(b"plan" * 100)
    (folder / "عقد.docx").write_bytes(b"contract")
    (folder / "Thumbs.db").write_bytes(b"x")
    return folder


def test_upload_find_fetch_staged_and_sweep_go_together(
    run: Run, files: Path, boto: S3Client, buckets: Buckets, tmp_path: Path
) -> None:
    uploaded = run("upload", "--tag", "Kunde 4711", _drop(files), "--json")
    assert uploaded.returncode == 0, uploaded.stderr
    *lines, summary = _objects(uploaded)
    assert {(line["key"], line["status"]) for line in lines} == {
        ("Site/plan.pdf", "uploaded"),
        ("Site/عقد.docx", "uploaded"),
        (None, "junk"),
    }
    assert set(summary) == {
        "event", "uploaded", "kept_both", "replaced", "skipped", "already_there", "junk", "links", "failed", "bytes", "seconds",
    }  # fmt: skip
    assert (summary["uploaded"], summary["junk"], summary["bytes"]) == (2, 1, 408)
    tags = boto.get_object_tagging(Bucket=buckets.storage, Key="Site/عقد.docx")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"Tag1": "Kunde 4711", "Tag2": "Tag-value"}

    *matches, summary = _objects(run("find", "kunde 4711", "--json"))
    assert {match["key"] for match in matches} == {"Site/plan.pdf", "Site/عقد.docx"}
    assert (summary["matches"], summary["objects"], summary["complete"], summary["engine"]) == (2, 2, True, "live")

    archive = tmp_path / "out.zip"
    *packed, summary = _objects(run("fetch", "Kunde*", "--output", archive, "--json"))
    assert [line["name"] for line in packed] == ["Site/plan.pdf", "Site/عقد.docx"]
    assert summary["files"] == 2
    assert summary["zip_bytes"] == archive.stat().st_size
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert opened.read("Site/plan.pdf") == b"plan" * 100
        assert f"{opened.getinfo('Site/plan.pdf').CRC:08x}" == packed[0]["crc32"]

    staged, total = _objects(run("staged", "--json"))
    assert (staged["files"], staged["bytes"], total["requests"]) == (2, 408, 1)
    assert summary["staged"].endswith(f"{staged['id']}/")
    assert _objects(run("sweep", "--json")) == [{"event": "summary", "removed": 0, "unknown": 0, "uploads_aborted": 0}]
    assert run("staged", "--delete", staged["id"]).returncode == 0
    assert "Contents" not in boto.list_objects_v2(Bucket=buckets.staging)


def test_tags_are_counted_most_used_first(run: Run, files: Path) -> None:
    folder = _drop(files)
    run("upload", "--tag", "A", "--tag", "B", folder / "plan.pdf")
    run("upload", "--tag", "B", folder / "عقد.docx")
    *counted, summary = _objects(run("tags", "--json"))
    assert [(line["value"], line["files"]) for line in counted] == [("B", 2), ("A", 1)]
    assert (summary["tags"], summary["objects"]) == (2, 2)


def test_a_name_in_use_keeps_both_unless_told_otherwise(
    run: Run, files: Path, boto: S3Client, buckets: Buckets
) -> None:
    report = files / "report.pdf"
    report.write_bytes(b"one")
    run("upload", "--tag", "A", report)
    report.write_bytes(b"two!")
    assert _objects(run("upload", "--tag", "A", report, "--json"))[0]["key"] == "report (2).pdf"
    assert _objects(run("upload", "--tag", "A", report, "--json", "--on-conflict", "skip"))[0]["status"] == "skipped"
    assert (
        _objects(run("upload", "--tag", "A", report, "--json", "--on-conflict", "replace"))[0]["status"] == "replaced"
    )
    assert boto.get_object(Bucket=buckets.storage, Key="report.pdf")["Body"].read() == b"two!"


def test_a_table_gives_further_tags_file_by_file(run: Run, files: Path, boto: S3Client, buckets: Buckets) -> None:
    folder = _drop(files)
    table = files / "tags.csv"
    table.write_text("path,tag\nSite/plan.pdf,Lot 3\n", encoding="utf-8")
    assert run("upload", "--tag", "A", "--tags-from", table, folder).returncode == 0
    tags = boto.get_object_tagging(Bucket=buckets.storage, Key="Site/plan.pdf")["TagSet"]
    assert {tag["Value"] for tag in tags} == {"A", "Lot 3", "Tag-value"}
    table.write_text("path,tag\nSite/plam.pdf,Lot 3\n", encoding="utf-8")
    refused = run("upload", "--tag", "B", "--tags-from", table, folder)
    assert refused.returncode == 2
    assert "tags.csv, line 2: Site/plam.pdf isn’t among the files to upload" in refused.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("find",), "Give at least one tag, or --everything"),
        (("find", "A", "--everything"), "Give tags or --everything, not both"),
        (("find", "A", "--engine", "athena"), "Argument --engine: invalid choice"),
        (("fetch", "A", "--output", "x.zip", "--at-once"), "Unrecognized arguments: --at-once"),
        (("copy", "A"), "invalid choice: 'copy'"),
        (("upload", "README.md"), "Give a tag with --tag, or --tags-from"),
        (("upload", "--tag", "a#b", "README.md"), "“#” can’t be used in a tag"),
    ],
)
def test_a_wrong_usage_is_said_in_a_sentence(run: Run, words: tuple[str, ...], sentence: str) -> None:
    plain = run(*words)
    assert (plain.returncode, plain.stdout) == (2, "")
    assert sentence in plain.stderr
    (error,) = _objects(run(*words, "--json"))
    assert error["event"] == "error"
    assert sentence in error["title"]


def test_an_output_that_is_there_is_not_replaced_without_being_told_to(run: Run, tmp_path: Path, files: Path) -> None:
    run("upload", "--tag", "A", _drop(files))
    archive = tmp_path / "out.zip"
    archive.write_bytes(b"precious")
    refused = run("fetch", "A", "--output", archive)
    assert refused.returncode == 2
    assert archive.read_bytes() == b"precious"
    assert run("fetch", "A", "--output", archive, "--force").returncode == 0
    assert zipfile.is_zipfile(archive)


def test_fetching_nothing_is_an_error_and_makes_no_file(run: Run, tmp_path: Path) -> None:
    result = run("fetch", "nobody has this", "--output", tmp_path / "out.zip", "--json")
    assert result.returncode == 1
    assert [line["event"] for line in _objects(result)] == ["error"]
    assert not (tmp_path / "out.zip").exists()
    assert run("find", "nobody has this").returncode == 0


def test_an_upload_that_is_interrupted_keeps_what_was_acknowledged(
    config: Path, files: Path, boto: S3Client, buckets: Buckets
) -> None:
    for number in range(3000):
        (files / f"{number}.bin").write_bytes(os.urandom(20_000))
    command = [sys.executable, "-m", "app", "upload", "--tag", "A", str(files), "--json", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(50)]
        process.send_signal(signal.SIGINT)
        # Not communicate(): it would lose what readline() has read ahead.
        lines = [json.loads(line) for line in [*first, *process.stdout]]
    assert process.returncode == 130
    assert (lines[-1]["event"], lines[-1]["code"]) == ("error", "cancelled")
    told = {line["key"] for line in lines[:-1]}
    pages = boto.get_paginator("list_objects_v2").paginate(Bucket=buckets.storage)
    stored = {item["Key"] for page in pages for item in page.get("Contents", ())}
    assert told == stored
    assert 50 <= len(told) < 3000


def test_without_credentials_it_says_which_to_set(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    command = [sys.executable, "-m", "app", "find", "A", "--config", str(config)]
    result = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert result.returncode == 4
    assert "There are no AWS credentials" in result.stderr


def test_a_storage_that_cannot_be_reached_is_said(run: Run, config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    start = text.index("http://127.0.0.1:")
    config.write_text(text.replace(text[start : text.index('"', start)], "http://127.0.0.1:9"), encoding="utf-8")
    result = run("find", "A")
    assert result.returncode == 5
    assert "No connection to the storage. Check the network, then try again." in result.stderr
