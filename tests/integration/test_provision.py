"""Setting up a server that has neither CloudFormation nor roles: what it can do is done, what it can't is said."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.demo.server import LocalServer
from tests.server import Buckets, keys_in, tags_of, write_config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CLIENT_ID = "1234-abcd.apps.googleusercontent.com"
NO_TLS = "Requests without TLS are answered"

Run = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def wanted() -> Buckets:
    """Names of two buckets that aren't there yet."""
    mark = secrets.token_hex(4)
    return Buckets(f"new-storage-{mark}", f"new-staging-{mark}")


@pytest.fixture
def config(tmp_path: Path, s3_server: LocalServer, wanted: Buckets, aws_environment: dict[str, str]) -> Path:
    return write_config(tmp_path, s3_server, wanted)


@pytest.fixture
def run(config: Path) -> Run:
    def run(*words: str | Path) -> tuple[int, list[dict[str, Any]]]:
        command = [sys.executable, "-m", "app", *map(str, words), "--json", "--config", str(config)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, stdin=subprocess.DEVNULL)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    return run


def _findings(lines: list[dict[str, Any]], bucket: str) -> dict[str, str]:
    return {line["guard"]: line["state"] for line in lines if line["event"] == "finding" and line["bucket"] == bucket}


def test_what_the_server_can_do_is_done_and_the_rest_is_said(run: Run, boto: S3Client, wanted: Buckets) -> None:
    code, lines = run("provision", "--apply")
    assert code == 1
    assert _findings(lines, wanted.storage) == {
        "public-access": "failed", "encryption": "closed", "versioning": "closed", "lifecycle": "closed", "policy": "open",
    }  # fmt: skip
    (failed,) = [line for line in lines if line.get("state") == "failed" and line["bucket"] == wanted.storage]
    assert (failed["error"]["code"], failed["error"]["title"]) == ("not-supported", "The server can’t do that")
    assert NO_TLS in [line["text"] for line in lines if line["event"] == "finding"]
    assert lines[-1] == {
        "event": "summary",
        "applied": True,
        "open": 4,
        "failed": 2,
        "role_arn": None,
        "publisher_policy_arn": None,
    }

    assert boto.get_bucket_versioning(Bucket=wanted.storage)["Status"] == "Enabled"
    assert "Status" not in boto.get_bucket_versioning(Bucket=wanted.staging)
    (rule,) = boto.get_bucket_lifecycle_configuration(Bucket=wanted.staging)["Rules"]
    assert rule["Expiration"] == {"Days": 1}
    (rule,) = boto.get_bucket_lifecycle_configuration(Bucket=wanted.storage)["Rules"]
    assert "Days" not in rule.get("Expiration", {})
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 90


def test_the_buckets_work(run: Run, boto: S3Client, wanted: Buckets, files: Path, tmp_path: Path) -> None:
    run("provision", "--apply")
    (files / "plan.pdf").write_bytes(b"plan" * 1000)
    (files / "large.bin").write_bytes(b"0123456789abcdef" * 2**20)
    assert run("upload", "--tag", "Lot 3", files)[0] == 0
    assert keys_in(boto, wanted.storage) == ["files/large.bin", "files/plan.pdf"]
    assert tags_of(boto, wanted.storage, "files/large.bin") == {"Tag1": "Lot 3", "Tag2": "Tag-value"}
    code, lines = run("fetch", "Lot 3", "--output", tmp_path / "out.zip")
    assert (code, lines[-1]["files"], lines[-1]["failed"]) == (0, 2, 0)


def test_a_second_time_it_has_to_be_told_that_the_buckets_may_be_taken_over(run: Run, wanted: Buckets) -> None:
    run("provision", "--apply")
    code, lines = run("provision", "--apply")
    assert (code, lines[-1]["code"], lines[-1]["target"]) == (5, "bucket-there", wanted.storage)
    code, lines = run("provision", "--apply", "--adopt")
    assert code == 1
    assert _findings(lines, wanted.storage) == {"public-access": "failed", "policy": "open"}
    assert _findings(lines, wanted.staging) == {"public-access": "failed", "policy": "open"}


def test_a_role_and_a_trail_that_the_server_does_not_have_are_said(run: Run) -> None:
    code, lines = run("provision", "--apply", "--google-client-id", CLIENT_ID, "--audit")
    assert code == 1
    parts = {line["kind"]: line for line in lines if line["event"] == "part" and line["status"] == "failed"}
    assert parts["role"]["error"]["code"] == "not-allowed"
    assert "IAM write operations are disabled on this server" in parts["role"]["error"]["detail"]
    assert parts["trail"]["error"]["title"] == "This server keeps no trail"
    assert lines[-1]["failed"] == 4


def test_on_paper_it_looks_at_what_is_there_and_leaves_it(
    run: Run, boto: S3Client, wanted: Buckets, aws_environment: dict[str, str]
) -> None:
    boto.create_bucket(Bucket=wanted.storage)
    boto.create_bucket(Bucket=wanted.staging)
    boto.put_object(Bucket=wanted.staging, Key="somebody.txt", Body=b"x")
    code, lines = run("provision", "--adopt")
    assert code == 1
    assert _findings(lines, wanted.storage)["versioning"] == "open"
    assert "It holds other files, which would be deleted with the temporary copies" in [
        line.get("text") for line in lines
    ]
    assert "Status" not in boto.get_bucket_versioning(Bucket=wanted.storage)


def test_a_server_that_is_not_there_is_said(run: Run, config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    start = text.index("http://127.0.0.1:")
    config.write_text(text.replace(text[start : text.index('"', start)], "http://127.0.0.1:9"), encoding="utf-8")
    code, lines = run("provision", "--apply")
    assert (code, lines[-1]["code"]) == (5, "no-connection")


def test_old_catalogues_go_soon_and_the_policy_that_the_server_does_not_have_is_said(
    run: Run, boto: S3Client, wanted: Buckets
) -> None:
    code, lines = run("provision", "--apply", "--publisher")
    assert code == 1
    (part,) = [line for line in lines if line["event"] == "part" and line["kind"] == "policy"]
    assert (part["status"], part["name"]) == ("failed", "tagdrop-publisher")
    assert part["error"]["title"] == "Without CloudFormation this policy can’t be set up"
    rules = {rule["ID"]: rule for rule in boto.get_bucket_lifecycle_configuration(Bucket=wanted.storage)["Rules"]}
    assert rules["tagdrop-catalog"]["Filter"] == {"Prefix": ".tagdrop/catalog/"}
    assert rules["tagdrop-catalog"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1
    assert rules["tagdrop-files"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 90
    code, lines = run("provision", "--apply", "--adopt", "--publisher")
    assert "lifecycle" not in _findings(lines, wanted.storage)
