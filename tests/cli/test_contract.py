"""What scripts rely on: names of fields, exit codes, errors, and what stands on which stream."""

from __future__ import annotations

import os
import re
import zipfile

import pytest

from tests.proxy import answer, hang_up, lists, of_key, puts_object, reads_tags
from tests.server import keys_in, tags_of

ERROR = ["code", "title", "detail", "target"]
UPLOADED = ["uploaded", "kept_both", "replaced", "skipped", "already_there", "junk", "links", "failed", "bytes"]
FIELDS = {
    "upload": {
        "file": ["path", "key", "status", "size_bytes", "error"],
        "summary": [*UPLOADED, "seconds"],
    },
    "transfers": {
        "transfer": ["id", "kind", "began_at", "files", "files_left", "bytes", "bytes_left", "name"],
        "discarded": ["id", "files"],
        "summary": ["transfers"],
    },
    "resume": {
        "file": ["path", "key", "status", "size_bytes", "error"],
        "fetched": ["id", "output", "files", "zip_bytes"],
        "summary": [*UPLOADED, "packed", "links_made", "retagged", "deletions", "seconds"],
    },
    "find": {
        "match": ["key", "size_bytes", "last_modified", "tags"],
        "unreadable": ["key", "error"],
        "summary": ["matches", "objects", "unreadable", "complete", "engine", "fresh_at", "seconds"],
    },
    "fetch": {
        "unreadable": ["key", "error"],
        "file": ["key", "name", "status", "size_bytes", "crc32", "error"],
        "went-on": ["files", "bytes"],
        "packed-here": ["reason"],
        "summary": ["files", "failed", "bytes", "output", "zip_bytes", "staged", "expires_at", "seconds"],
    },
    "tags": {"tag": ["value", "files"], "unreadable": ["key", "error"], "summary": ["tags", "objects"]},
    "retag": {"unreadable": ["key", "error"], "file": ["key", "status", "error"], "summary": ["retagged", "failed"]},
    "staged": {"staged": ["id", "files", "bytes", "created_at", "expires_at"], "summary": ["requests"]},
    "sweep": {"unknown": ["key"], "summary": ["removed", "unknown", "uploads_aborted"]},
}  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def stored(boto, buckets):
    """Three tagged objects and one without a tag."""
    for key, tag in {"a.txt": "A", "b.txt": "A", "c.txt": "B"}.items():
        boto.put_object(Bucket=buckets.storage, Key=key, Body=key.encode(), Tagging=f"Tag1={tag}&Tag2=Tag-value")
    boto.put_object(Bucket=buckets.storage, Key="plain.txt", Body=b"plain")


@pytest.fixture
def drop(files, boto, buckets):
    """A folder whose files come to every end that there is."""
    folder = files / "Drop"
    folder.mkdir()
    for name in ("new.txt", "taken.txt", "there.txt", "sheet.gsheet", "Thumbs.db"):
        (folder / name).write_bytes(name.encode())
    (folder / "link").symlink_to(files)
    return folder


def assert_fields(command, lines):
    """Each line has exactly the documented names, in that order, and the summary is the last one."""
    for line in lines:
        assert list(line)[1:] == FIELDS[command][line["event"]]
        assert line.get("error") is None or list(line["error"]) == ERROR
    assert [line["event"] for line in lines].index("summary") == len(lines) - 1


def test_upload_tells_each_file_and_a_summary(tagdrop, drop, boto, buckets):
    assert tagdrop("upload", "--tag", "A", drop / "there.txt", "--prefix", "Drop/").code == 0
    boto.put_object(Bucket=buckets.storage, Key="Drop/taken.txt", Body=b"somebody else's")
    seen = {}
    for choice in ([], ["--on-conflict", "skip"], ["--on-conflict", "replace"]):
        (drop / "taken.txt").write_text(f"other content {choice}")
        ended = tagdrop("upload", "--tag", "A", drop, "--json", *choice)
        assert ended.code == 1  # the pointer file fails
        assert_fields("upload", ended.lines)
        for line in ended.of("file"):
            name = line["path"].rpartition("/")[2]
            seen.setdefault(name, []).append(line["status"])
        told = ended.lines[-1]
        assert sum(v for k, v in told.items() if k not in ("event", "bytes", "seconds")) == len(ended.of("file"))
    assert seen == {
        "new.txt": ["uploaded", "already-there", "already-there"],
        "taken.txt": ["kept-both", "skipped", "replaced"],
        "there.txt": ["already-there"] * 3,
        "sheet.gsheet": ["failed"] * 3,
        "Thumbs.db": ["junk"] * 3,
        "link": ["link"] * 3,
    }


def test_an_upload_that_was_broken_off_is_listed_and_gone_on_with(tagdrop, drop, proxy, buckets, boto):
    (drop / "sheet.gsheet").unlink()
    proxy.on(of_key("Drop/there.txt", puts_object), hang_up)
    ended = tagdrop("upload", "--tag", "A", drop)
    assert ended.code == 1
    assert ended.stderr.rstrip().endswith("Go on with what is left by: tagdrop resume")
    listed = tagdrop("transfers", "--json")
    assert listed.code == 0
    assert_fields("transfers", listed.lines)
    (transfer,) = listed.of("transfer")
    assert (transfer["kind"], transfer["files"], transfer["bytes"]) == ("upload", 3, 25)
    assert TIME.fullmatch(transfer["began_at"])
    assert re.search(
        rf"{transfer['id']}  [\d-]+ [\d:]+  upload  \d of 3 files left, \d+ bytes", tagdrop("transfers").stdout
    )
    proxy.forget()
    resumed = tagdrop("resume", "--json")
    assert resumed.code == 0
    assert_fields("resume", resumed.lines)
    assert keys_in(boto, buckets.storage) == ["Drop/new.txt", "Drop/taken.txt", "Drop/there.txt"]
    assert tagdrop("transfers", "--json").lines == [{"event": "summary", "transfers": 0}]
    assert "Nothing was interrupted" in tagdrop("transfers").stderr
    assert tagdrop("resume").code == 0


def test_an_upload_that_was_broken_off_is_discarded(tagdrop, drop, proxy):
    proxy.on(of_key("Drop/there.txt", puts_object), hang_up)
    tagdrop("upload", "--tag", "A", drop)
    (transfer,) = tagdrop("transfers", "--json").of("transfer")
    discarded = tagdrop("transfers", "--discard", str(transfer["id"]), "--json")
    assert discarded.code == 0
    assert_fields("transfers", discarded.lines)
    assert tagdrop("transfers", "--json").of("transfer") == []


def test_find_tells_matches_what_cant_be_read_and_a_summary(tagdrop, stored, proxy):
    whole = tagdrop("find", "a", "--json")
    assert whole.code == 0
    assert_fields("find", whole.lines)
    assert {line["key"]: line["tags"]["Tag1"] for line in whole.of("match")} == {"a.txt": "A", "b.txt": "A"}
    assert all(TIME.fullmatch(line["last_modified"]) for line in whole.of("match"))
    assert TIME.fullmatch(whole.lines[-1]["fresh_at"])
    proxy.on(of_key("b.txt", reads_tags), answer(403, "AccessDenied"))
    partly = tagdrop("find", "a", "--json")
    assert partly.code == 1
    assert_fields("find", partly.lines)
    assert [(line["key"], line["error"]["code"]) for line in partly.of("unreadable")] == [("b.txt", "forbidden")]
    summary = partly.lines[-1]
    assert (summary["matches"], summary["objects"], summary["unreadable"], summary["complete"]) == (1, 4, 1, False)
    assert "b.txt: You don’t have access" in tagdrop("find", "a").stderr


def test_retag_tells_each_file_and_a_summary(tagdrop, stored, proxy):
    proxy.on(of_key("b.txt", lambda asked: asked.method == "PUT"), answer(403, "AccessDenied"), times=1)
    proxy.on(of_key("c.txt", reads_tags), answer(403, "AccessDenied"))
    for words in (["A", "B", "--dry-run"], ["A", "B"], ["A", "B"], ["--undo"]):
        ended = tagdrop("retag", *words, "--json")
        assert_fields("retag", ended.lines)
        told = [line["status"] for line in ended.of("file")]
        summary = ended.lines[-1]
        assert (summary["retagged"], summary["failed"]) == (told.count("retagged"), told.count("failed"))
        assert ended.code == (0 if words == ["--undo"] else 1)


def test_fetch_tells_each_member_and_a_summary(tagdrop, stored, proxy, tmp_path):
    output = tmp_path / "out.zip"
    whole = tagdrop("fetch", "A", "--output", output, "--json")
    assert whole.code == 0
    assert_fields("fetch", whole.lines)
    assert [(line["name"], line["status"]) for line in whole.of("file")] == [("a.txt", "packed"), ("b.txt", "packed")]
    assert all(re.fullmatch(r"[0-9a-f]{8}", line["crc32"]) for line in whole.of("file"))
    summary = whole.lines[-1]
    assert (summary["files"], summary["failed"], summary["output"]) == (2, 0, str(output))
    assert re.fullmatch(r"[0-9a-f]{16}/\d{8}T\d{6}Z-[0-9a-f]{8}/", summary["staged"])
    assert TIME.fullmatch(summary["expires_at"])

    proxy.on(of_key("c.txt", reads_tags), answer(403, "AccessDenied"))
    proxy.on(lambda asked: asked.header("x-amz-copy-source").endswith("b.txt"), answer(403, "AccessDenied"))
    partly = tagdrop("fetch", "A", "--output", tmp_path / "partly.zip", "--json")
    assert partly.code == 1
    assert_fields("fetch", partly.lines)
    assert [(line["name"], line["status"], line["crc32"]) for line in partly.of("file")][1] == ("b.txt", "failed", None)
    assert len(partly.of("unreadable")) == 1
    with zipfile.ZipFile(tmp_path / "partly.zip") as archive:
        assert archive.namelist() == ["a.txt"]


def test_tags_tells_each_value_what_cant_be_read_and_a_summary(tagdrop, stored, proxy):
    whole = tagdrop("tags", "--json")
    assert whole.code == 0
    assert_fields("tags", whole.lines)
    assert [(line["value"], line["files"]) for line in whole.of("tag")] == [("A", 2), ("B", 1)]
    proxy.on(of_key("c.txt", reads_tags), answer(403, "AccessDenied"))
    partly = tagdrop("tags", "--json")
    assert partly.code == 1
    assert_fields("tags", partly.lines)
    assert [line["key"] for line in partly.of("unreadable")] == ["c.txt"]


def test_staged_and_sweep_tell_what_there_is(tagdrop, stored, boto, buckets, tmp_path):
    tagdrop("fetch", "A", "--output", tmp_path / "out.zip")
    boto.put_object(Bucket=buckets.staging, Key="notes.txt", Body=b"?")
    staged = tagdrop("staged", "--json")
    assert_fields("staged", staged.lines)
    assert all(TIME.fullmatch(staged.lines[0][name]) for name in ("created_at", "expires_at"))
    swept = tagdrop("sweep", "--json")
    assert_fields("sweep", swept.lines)
    assert [line["key"] for line in swept.of("unknown")] == ["notes.txt"]
    assert (staged.code, swept.code) == (0, 0)
    deleted = tagdrop("staged", "--delete", staged.lines[0]["id"], "--json")
    assert [list(line) for line in deleted.lines] == [["event", "id", "objects"], ["event", "requests"]]
    assert keys_in(boto, buckets.staging) == ["notes.txt"]
    again = tagdrop("staged", "--delete", staged.lines[0]["id"], "--json")
    assert (again.code, again.lines[-1]["code"]) == (1, "no-such-copies")


def test_staged_says_where_copies_are_missing(tagdrop, stored, boto, buckets, tmp_path):
    tagdrop("fetch", "A", "--output", tmp_path / "out.zip")
    copy = next(key for key in keys_in(boto, buckets.staging) if key.endswith("files/a.txt"))
    boto.delete_object(Bucket=buckets.staging, Key=copy)
    assert tagdrop("staged").stdout.rstrip().endswith("A (1 more file has no copy)")


REFUSED = [
    (["find"], 2, "usage"),
    (["find", "*"], 2, "tag-empty"),
    (["find", "A", "--not", "B*"], 2, "usage"),
    (["find", "A", "--engine", "fastest"], 2, "usage"),
    (["fetch", "A"], 2, "usage"),
    (["fetch", "Z", "--output", "{}/out.zip"], 1, "nothing-to-pack"),
    (["fetch", "A", "--output", "{}/there.zip"], 2, "usage"),
    (["fetch", "A", "--output", "{}/none/out.zip"], 2, "usage"),
    (["fetch", "A", "--output", "{}", "--force"], 2, "output-exists"),
    (["upload", "{}/there.zip"], 2, "usage"),
    (["upload", "--tag", "", "{}/there.zip"], 2, "tag-empty"),
    (["upload", "--tag", "a#b", "{}/there.zip"], 2, "tag-character"),
    (["upload", "--tag", "A", "{}/there.zip", "--prefix", "{{name}}/"], 2, "usage"),
    (["upload", "--tag", "A", "{}/there.zip", "--prefix", "/"], 2, "usage"),
    (["upload", "--tag", "A", "{}/there.zip", "--prefix", "../"], 2, "usage"),
    (["upload", "--tag", "A", "{}/there.zip", "--prefix", "a\\b/"], 2, "usage"),
    (["upload", "--tag", "A", "{}/there.zip", "--tags-from", "{}/none.csv"], 2, "usage"),
    (["staged", "--delete", "nobody"], 1, "no-such-copies"),
    (["staged", "--delete", ""], 1, "no-such-copies"),
    (["transfers", "--discard", "1"], 1, "no-such-transfer"),
    (["transfers", "--discard", "9223372036854775808"], 2, "usage"),
    (["resume", "9223372036854775808"], 2, "usage"),
    (["retag", "A"], 2, "usage"),
    (["find", "A", "--config", "{}/none.toml"], 3, "no-config-file"),
]


@pytest.mark.parametrize(("words", "code", "name"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else None)  # fmt: skip
def test_what_cant_be_done_is_one_error_with_its_exit_code(tagdrop, stored, tmp_path, boto, buckets, words, code, name):
    (tmp_path / "there.zip").write_bytes(b"there")
    words = [word.format(tmp_path) for word in words]
    ended = tagdrop(*words, "--json")
    assert ended.code == code
    (error,) = ended.lines
    assert list(error) == ["event", *ERROR]
    assert (error["event"], error["code"]) == ("error", name)
    assert error["title"]
    for_people = tagdrop(*words)
    assert (for_people.code, for_people.stdout) == (code, "")
    assert for_people.stderr.startswith("tagdrop: ")
    assert for_people.stderr.count("\n") == 1
    assert (tmp_path / "there.zip").read_bytes() == b"there"
    assert len(keys_in(boto, buckets.storage)) == 4


STATES = [
    (lists, answer(403, "AccessDenied"), 5, "forbidden"),
    (lists, answer(404, "NoSuchBucket"), 3, "no-such-bucket"),
    (lists, answer(403, "SignatureDoesNotMatch"), 4, "credentials-refused"),
    (lists, answer(400, "ExpiredToken"), 4, "session-ended"),
    (lists, hang_up, 5, "no-connection"),
    (reads_tags, hang_up, 5, "no-connection"),
]


@pytest.mark.parametrize(("asks", "fault", "code", "name"), STATES)
def test_a_storage_that_refuses_or_doesnt_answer_has_its_exit_code(tagdrop, stored, proxy, asks, fault, code, name):
    proxy.on(asks, fault)
    ended = tagdrop("find", "A", "--json")
    assert (ended.code, ended.lines[-1]["event"], ended.lines[-1]["code"]) == (code, "error", name)
    assert ended.of("summary") == []


def test_an_upload_that_fails_in_part_is_exit_code_1_and_in_whole_too(tagdrop, drop, proxy):
    proxy.on(of_key("Drop/new.txt", puts_object), answer(403, "AccessDenied"))
    partly = tagdrop("upload", "--tag", "A", drop, "--json")
    assert (partly.code, partly.lines[-1]["failed"]) == (1, 2)
    assert {line["error"]["code"] for line in partly.of("file") if line["error"]} == {"forbidden", "pointer-file"}
    missing = tagdrop("upload", "--tag", "A", drop / "none.txt", "--json")
    assert missing.code == 1
    assert [line["error"]["title"] for line in missing.of("file")] == ["The file is gone"]


@pytest.mark.parametrize("words", [["--json", "find", "A"], ["find", "--json", "A"], ["find", "A", "--json"]])
def test_options_for_all_commands_stand_before_or_behind_the_name(tagdrop, stored, words):
    assert len(tagdrop(*words).of("match")) == 2


def test_settings_can_be_named_before_the_command(tagdrop, stored, behind_config, monkeypatch):
    monkeypatch.delenv("TAGDROP_CONFIG")
    assert tagdrop("find", "A").code == 3
    assert tagdrop("--config", behind_config, "find", "A").code == 0


def test_two_dashes_end_the_options(tagdrop, boto, buckets):
    for key, tag in {"a": "--json", "b": "-v"}.items():
        boto.put_object(Bucket=buckets.storage, Key=key, Tagging=f"Tag1={tag}")
    assert tagdrop("find", "--", "--json").stdout.splitlines()[0].endswith("a  [--json]")
    assert [line["key"] for line in tagdrop("find", "--json", "--", "-v").of("match")] == ["b"]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["Lot*"], {"l1", "l2", "both"}),
        (["lot 1", "Draft"], {"both"}),
        (["lot 1", "draft", "--any"], {"l1", "d", "both"}),
        (["lot*", "--not", "draft"], {"l1", "l2"}),
        (["--not", "draft"], {"l1", "l2", "none"}),
        (["Lot"], set()),
        (["--everything"], {"l1", "l2", "d", "both", "none"}),
    ],
)
def test_each_argument_is_one_value(tagdrop, boto, buckets, words, keys):
    tags = {
        "l1": "Tag1=Lot%201",
        "l2": "Tag1=Lot%202",
        "d": "Tag1=Draft",
        "both": "Tag1=Lot%201&Tag4=Draft",
        "none": "",
    }
    for key, tagging in tags.items():
        boto.put_object(Bucket=buckets.storage, Key=key, Tagging=tagging)
    ended = tagdrop("find", *words, "--json")
    assert ({line["key"] for line in ended.of("match")}, ended.code) == (keys, 0)


def test_the_prefix_of_the_command_line_replaces_that_of_the_settings(tagdrop, behind_config, drop, boto, buckets):
    behind_config.write_text(f'{behind_config.read_text()}\n[upload]\nprefix = "{{year}}/"\n')
    tagdrop("upload", "--tag", "A", drop / "new.txt")
    tagdrop("upload", "--tag", "A", drop / "new.txt", "--prefix", "第1号/")
    tagdrop("upload", "--tag", "A", drop / "new.txt", "--prefix", "")
    keys = keys_in(boto, buckets.storage)
    assert [re.sub(r"^\d{4}/", "YEAR/", key) for key in keys] == ["YEAR/new.txt", "new.txt", "第1号/new.txt"]


class TestATableOfTags:
    @pytest.fixture
    def table(self, files):
        return files / "tags.csv"

    @pytest.mark.parametrize(
        "text",
        [
            "path,tag\nDrop/new.txt,Lot 3\nDrop/new.txt,Lot 4\n",
            "\ufeffpath;tag\r\nDrop/new.txt;Lot 3\r\nDrop/new.txt;Lot 4\r\n",
            'note,tag,path\n"a, b","Lot 3",Drop/new.txt\n,Lot 4,Drop/../Drop/new.txt\n',
        ],
    )
    def test_gives_files_further_tags(self, tagdrop, drop, table, text, boto, buckets):
        table.write_text(text, encoding="utf-8")
        assert tagdrop("upload", "--tag", "A", "--tags-from", table, drop / "new.txt", drop / "there.txt").code == 0
        fixed = {"Tag1": "A", "Tag2": "Tag-value"}
        assert tags_of(boto, buckets.storage, "new.txt") == {**fixed, "Tag3": "Lot 3", "Tag4": "Lot 4"}
        assert tags_of(boto, buckets.storage, "there.txt") == fixed

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"file,tag\nDrop/new.txt,x\n", "tags.csv has no columns path and tag. The first line names the columns."),
            (b"", "tags.csv has no columns path and tag."),
            (b"path,tag\nDrop/new.txt,x\nDrop/old.txt,x\n", "tags.csv, line 3: Drop/old.txt isn’t among the files"),
            (b"path,tag\nDrop/new.txt,\n", "tags.csv, line 2: the tag is missing. Nothing was uploaded."),
            (b"path,tag\nDrop/new.txt\n", "tags.csv, line 2: the tag is missing."),
            (b'path,tag\nDrop/new.txt,"x\n', "tags.csv can’t be read as CSV: unexpected end of data"),
            (b"path,tag\nDrop/new.txt,\xff\n", "tags.csv isn’t UTF-8 text. Save it as CSV UTF-8."),
            (b"path,tag\nDrop/new.txt,x#y\n", "“#” can’t be used in a tag."),
            (b"path,tag\nDrop/new.txt,x\n", "there.txt has no tag. Give one with --tag, or add a line to the table."),
        ],
    )
    def test_that_is_wrong_is_said_with_its_line(self, tagdrop, drop, table, content, sentence, boto, buckets):
        table.write_bytes(content)
        ended = tagdrop("upload", "--tags-from", table, drop / "new.txt", drop / "there.txt")
        assert (ended.code, ended.stdout) == (2, "")
        assert sentence in ended.stderr
        assert keys_in(boto, buckets.storage) == []


NASTY = "esc\x1b[31m\x9b\u2028\x85\u202egnp.exe"


class TestANameFromAStranger:
    def test_doesnt_control_the_terminal(self, tagdrop, boto, buckets, tmp_path):
        boto.put_object(Bucket=buckets.storage, Key=NASTY, Body=b"x", Tagging="Tag1=A")
        plain = tagdrop("find", "A")
        assert "esc␛[31m‹U+009B›‹U+2028›‹U+0085›‹U+202E›gnp.exe" in plain.stdout
        ended = tagdrop("find", "A", "--json")
        assert len(ended.stdout.splitlines()) == 2
        assert not set("\x1b\x9b\u2028\x85\u202e") & set(ended.stdout)
        assert ended.of("match")[0]["key"] == NASTY
        fetched = tagdrop("fetch", "A", "--output", tmp_path / "a.zip", "--json")
        assert (fetched.code, fetched.of("file")[0]["key"]) == (0, NASTY)

    def test_that_isnt_text_is_a_failure_of_that_file(self, tagdrop, files, boto, buckets):
        odd = os.fsdecode(b"not \xff text.txt")
        (files / odd).write_bytes(b"x")
        (files / "fine.txt").write_bytes(b"x")
        ended = tagdrop("upload", "--tag", "A", files, "--json")
        assert ended.code == 1
        (failed,) = [line for line in ended.of("file") if line["status"] == "failed"]
        assert (failed["path"], failed["key"]) == (str(files / odd), None)
        assert failed["error"]["code"] == "name-not-unicode"
        assert "not ‹U+DCFF› text.txt: The name isn’t readable text" in tagdrop("upload", "--tag", "A", files).stderr
        assert keys_in(boto, buckets.storage) == [f"{files.name}/fine.txt"]


def test_without_a_terminal_nothing_is_told_of_progress(tagdrop, stored, tmp_path):
    for words in (["find", "A"], ["fetch", "A", "--output", tmp_path / "a.zip"], ["tags"]):
        ended = tagdrop(*words, "--json")
        assert (ended.code, ended.stderr) == (0, "")
        assert ended.lines[-1]["event"] == "summary"
