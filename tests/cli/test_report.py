"""`tagdrop fetch --report`: the list of contents in the ZIP, as an auditor reads it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile

import pytest

from tests import proxy as faults
from tests.integration.finding import put_all

LARGE = bytes(range(256)) * 40_000
CONTENTS = {
    "=cmd|calc.txt": b"formula",
    "Größe.pdf": b"size",
    "contents.csv": b"mine",
    "large.bin": LARGE,
}


@pytest.fixture
def stored(boto, buckets):
    boto.put_bucket_versioning(Bucket=buckets.storage, VersioningConfiguration={"Status": "Enabled"})
    put_all(boto, buckets.storage, {key: (content, {"Tag1": "A", "Tag3": "@B"}) for key, content in CONTENTS.items()})
    boto.put_object(
        Bucket=buckets.storage,
        Key="z.txt",
        Body=b"z",
        Tagging="Tag1=A",
        Metadata={"uploaded-by": "maria%40example.com"},
    )
    boto.put_object(Bucket=buckets.storage, Key="other", Body=b"o", Tagging="Tag1=C")


@pytest.fixture
def fetched(tagdrop, tmp_path):
    """Return what fetches with a list, and returns how it ended and the members."""

    def fetch(*words):
        words = words or ("--json",)
        ended = tagdrop("fetch", "A", "--report", "--force", "--output", tmp_path / "a.zip", *words)
        with zipfile.ZipFile(tmp_path / "a.zip") as archive:
            assert archive.testzip() is None
            return ended, {name: archive.read(name) for name in archive.namelist()}

    return fetch


def rows_of(table):
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))


def test_the_list_says_what_was_looked_for_and_what_every_file_is(stored, fetched, boto, buckets):
    ended, members = fetched()
    assert (ended.code, ended.lines[-1]["files"]) == (0, 5)
    assert list(members)[-2:] == ["contents (2).csv", "contents.json"]
    assert members["contents.csv"] == b"mine"
    told = json.loads(members["contents.json"])
    assert told["query"] == {"text": "A", "join": "all", "terms": [{"value": "A", "relation": "is"}]}
    assert (told["engine"], told["objects"], told["complete"], told["unreadable"]) == ("live", 6, True, [])
    assert told["bucket"] == buckets.storage
    files = {file["key"]: file for file in told["files"]}
    assert list(files) == sorted([*CONTENTS, "z.txt"])
    for key, content in CONTENTS.items():
        head = boto.head_object(Bucket=buckets.storage, Key=key)
        assert files[key]["sha256"] == hashlib.sha256(content).hexdigest()
        assert (files[key]["size_bytes"], files[key]["status"]) == (len(content), "packed")
        assert files[key]["tags"] == {"Tag1": "A", "Tag3": "@B"}
        assert files[key]["version"] == head["VersionId"]
        assert files[key]["last_modified"] == head["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert files["z.txt"]["uploaded_by"] == "maria@example.com"


def test_no_cell_of_the_table_is_a_formula(stored, fetched):
    _, members = fetched()
    rows = rows_of(members["contents (2).csv"])
    assert [row["key"] for row in rows] == sorted(
        ["'=cmd|calc.txt", *list(CONTENTS)[1:], "z.txt"], key=lambda key: key.lstrip("'")
    )
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert rows[0]["tags"] == "Tag1=A; Tag3=@B"


def test_no_cell_is_a_formula_either_where_excel_takes_semicolons_for_commas(stored, fetched, boto, buckets):
    """As it does on a German computer."""
    for key in ("Lot;=1+1.txt", 'Lot; "@SUM(1).txt', "Lot\t-1.txt"):
        boto.put_object(Bucket=buckets.storage, Key=key, Body=b"x", Tagging="Tag1=A&%2BTag=B")
    _, members = fetched()
    table = members["contents (2).csv"].decode("utf-8-sig")
    for separator in ";\t":
        cells = [cell for row in csv.reader(io.StringIO(table, newline=""), delimiter=separator) for cell in row]
        assert not [cell for cell in cells if cell.lstrip(' "').startswith(("=", "+", "-", "@"))]
    assert "Lot;=1+1.txt" in [file["key"] for file in json.loads(members["contents.json"])["files"]]


def test_what_cannot_be_read_makes_it_incomplete(stored, fetched, proxy):
    proxy.on(lambda asked: faults.reads_tags(asked) and asked.key == "other", faults.answer(403, "AccessDenied"))
    ended, members = fetched()
    told = json.loads(members["contents.json"])
    assert (ended.code, told["complete"]) == (1, False)
    assert told["unreadable"] == [{"key": "other", "error": "You don’t have access"}]


def test_a_file_of_which_version_and_uploader_cannot_be_read_makes_it_incomplete(stored, fetched, proxy):
    proxy.on(lambda asked: asked.method == "HEAD" and asked.key == "z.txt", faults.answer(403))
    ended, members = fetched()
    told = json.loads(members["contents.json"])
    assert (ended.code, told["complete"]) == (1, False)
    assert [(line["key"], line["error"]["code"]) for line in ended.of("unreadable")] == [("z.txt", "forbidden")]
    assert told["unreadable"] == [{"key": "z.txt", "error": "You don’t have access"}]
    assert (told["files"][-1]["status"], told["files"][-1]["version"]) == ("packed", "")


@pytest.mark.parametrize(
    ("matches", "fault", "why"),
    [
        (
            lambda asked: asked.method == "HEAD" and asked.key == "z.txt",
            faults.answer(403),
            "1 file couldn’t be looked at: “z.txt” (You don’t have access)",
        ),
        (
            lambda asked: faults.reads_tags(asked) and asked.key == "other",
            faults.answer(403, "AccessDenied"),
            "1 file couldn’t be looked at: “other” (You don’t have access)",
        ),
        (
            lambda asked: faults.reads_content(asked) and asked.key.endswith("z.txt"),
            faults.flip_byte,
            "1 file couldn’t be packed",
        ),
    ],
    ids=["for the list alone", "in the search", "when it was packed"],
)
def test_why_it_is_incomplete_is_said_in_a_sentence(stored, fetched, proxy, matches, fault, why):
    proxy.on(matches, fault)
    ended, members = fetched("--verbose")
    assert (ended.code, json.loads(members["contents.json"])["complete"]) == (1, False)
    assert f"The list of contents isn’t complete: {why}\n" in ended.stderr


def test_what_is_gone_on_with_says_why_too(stored, tagdrop, proxy, tmp_path, monkeypatch):
    monkeypatch.setattr("app.aws.retries.MAX_TRIES", 1)
    proxy.on(lambda asked: faults.reads_content(asked) and asked.key.endswith("z.txt"), faults.hang_up)
    assert tagdrop("fetch", "A", "--report", "--output", tmp_path / "a.zip").code == 5
    proxy.forget()
    proxy.on(lambda asked: asked.method == "HEAD" and asked.key == "z.txt", faults.answer(403))
    ended = tagdrop("resume")
    assert ended.code == 1
    why = "1 file couldn’t be looked at: “z.txt” (You don’t have access)"
    assert f"The list of contents isn’t complete: {why}\n" in ended.stderr


def test_of_a_complete_list_nothing_more_is_said(stored, fetched):
    ended, _ = fetched("--verbose")
    assert ended.code == 0
    assert "The list of contents" not in ended.stderr


def test_a_file_that_could_not_be_packed_is_listed_and_makes_it_incomplete(stored, fetched, proxy):
    proxy.on(lambda asked: faults.reads_content(asked) and asked.key.endswith("z.txt"), faults.flip_byte)
    ended, members = fetched()
    told = json.loads(members["contents.json"])
    assert (ended.code, told["complete"]) == (1, False)
    row = told["files"][-1]
    assert (row["key"], row["status"], row["sha256"], row["name"]) == ("z.txt", "failed", "", "")
    assert row["error"] == "It doesn’t have the stored checksum"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--in-cloud"], "--report and --in-cloud don’t go together"),
        (["--engine", "index"], "--report looks at every file, not at --engine index"),
    ],
)
def test_what_does_not_go_together_is_said(tagdrop, tmp_path, words, sentence):
    ended = tagdrop("fetch", "A", "--report", "--output", tmp_path / "a.zip", *words)
    assert ended.code == 2
    assert sentence in ended.stderr
