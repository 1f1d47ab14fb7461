"""`tagdrop retag`: what it prints, its exit codes, and undoing, also after it was killed."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import proxy as faults
from tests.integration.finding import put_all
from tests.server import tags_of
from tests.waiting import eventually


@pytest.fixture
def retag(tagdrop):
    """Return what runs the command in this process."""
    return lambda *words: tagdrop("retag", *words)


@pytest.fixture
def stored(boto, buckets):
    """Three files, two of which carry “invoices”."""
    put_all(
        boto,
        buckets.storage,
        {
            "a.pdf": (b"a", {"Tag1": "invoices", "Tag2": "Tag-value", "Scanner": "clean"}),
            "b.pdf": (b"b", {"Tag1": "Invoices", "Tag3": "invoice"}),
            "c.pdf": (b"c", {"Tag1": "Draft"}),
        },
    )


@pytest.fixture
def tags(boto, buckets):
    """Return what asks another client for a file's tags."""
    return lambda key: tags_of(boto, buckets.storage, key)


def writes_tags(asked):
    return asked.method == "PUT" and "tagging" in asked.query


def file_line(key, status="retagged"):
    return {"event": "file", "key": key, "status": status, "error": None}


def in_order(lines):
    return sorted(lines, key=lambda line: line.get("key", "~"))


def test_a_tag_is_renamed_and_merged_on_every_file_that_carries_it(retag, stored, tags):
    ended = retag("Invoices", "Invoice", "--json")
    assert in_order(ended.lines) == [
        file_line("a.pdf"),
        file_line("b.pdf"),
        {"event": "summary", "retagged": 2, "failed": 0},
    ]
    assert (ended.code, ended.stderr, ended.lines[-1]["event"]) == (0, "", "summary")
    assert tags("a.pdf") == {"Tag1": "Invoice", "Tag2": "Tag-value", "Scanner": "clean"}
    assert tags("b.pdf") == {"Tag1": "Invoice"}
    assert tags("c.pdf") == {"Tag1": "Draft"}


def test_people_read_how_many_before_and_after(retag, stored):
    ended = retag("invoices", "Invoice")
    assert ended.stderr.splitlines() == ["2 files carry “invoices”"]
    assert ended.stdout.splitlines() == ["2 files retagged"]


def test_a_dry_run_tells_what_would_be_and_changes_nothing(retag, stored, tags, proxy):
    ended = retag("invoices", "Invoice", "--dry-run")
    assert ended.stdout.splitlines() == [
        "a.pdf  [invoices] → [Invoice]",
        "b.pdf  [Invoices, invoice] → [Invoice]",
        "2 files would be retagged; nothing was changed",
    ]
    in_json = retag("invoices", "Invoice", "--dry-run", "--json")
    assert in_json.lines == [
        file_line("a.pdf"),
        file_line("b.pdf"),
        {"event": "summary", "retagged": 2, "failed": 0},
    ]
    assert (ended.code, in_json.code) == (0, 0)
    assert tags("b.pdf") == {"Tag1": "Invoices", "Tag3": "invoice"}
    assert proxy.count(writes_tags) == 0
    assert retag("--undo").code == 1


def test_nothing_to_rename_is_no_error(retag, stored):
    ended = retag("Nobody", "Somebody", "--json")
    assert (ended.code, ended.lines) == (0, [{"event": "summary", "retagged": 0, "failed": 0}])


def test_a_file_that_is_refused_is_named_and_the_exit_code_is_1(retag, stored, tags, proxy):
    proxy.on(faults.of_key("a.pdf", writes_tags), faults.answer(403, "AccessDenied"))
    ended = retag("invoices", "Invoice", "--json")
    (failed,) = [line for line in ended.lines if line.get("status") == "failed"]
    assert (failed["key"], failed["error"]["code"], failed["error"]["title"]) == (
        "a.pdf", "forbidden", "You don’t have access",
    )  # fmt: skip
    assert ended.lines[-1] == {"event": "summary", "retagged": 1, "failed": 1}
    assert ended.code == 1
    plain = retag("invoices", "Invoice")
    assert plain.stdout.splitlines() == ["0 files retagged, 1 failed: a.pdf (You don’t have access)"]
    assert "a.pdf: You don’t have access. Your IT team decides who may do this with which files." in plain.stderr


def test_a_file_that_cannot_be_looked_at_is_named_and_the_exit_code_is_1(retag, stored, proxy):
    proxy.on(faults.of_key("a.pdf", faults.reads_tags), faults.answer(403, "AccessDenied"))
    ended = retag("invoices", "Invoice", "--json")
    assert [(line["event"], line.get("key")) for line in ended.lines] == [
        ("unreadable", "a.pdf"), ("file", "b.pdf"), ("summary", None),
    ]  # fmt: skip
    assert ended.code == 1
    assert "2 files" not in retag("invoices", "Invoice").stderr


class TestUndoing:
    def test_puts_the_last_change_back(self, retag, stored, tags):
        retag("invoices", "Invoice")
        retag("Draft", "Final")
        assert [line.get("key") for line in retag("--undo", "--json").lines] == ["c.pdf", None]
        assert tags("c.pdf") == {"Tag1": "Draft"}
        ended = retag("--undo")
        assert ended.stderr.startswith("Undoing: “invoices” became “Invoice” on 2 files, ")
        assert (ended.code, ended.stdout.splitlines()) == (0, ["2 files retagged"])
        assert tags("a.pdf") == {"Tag1": "invoices", "Tag2": "Tag-value", "Scanner": "clean"}
        assert tags("b.pdf") == {"Tag1": "Invoices", "Tag3": "invoice"}

    def test_leaves_a_file_alone_that_somebody_changed_since(self, retag, stored, tags, boto, buckets):
        retag("invoices", "Invoice")
        changed = {"TagSet": [{"Key": "Tag1", "Value": "Theirs"}]}
        boto.put_object_tagging(Bucket=buckets.storage, Key="a.pdf", Tagging=changed)
        ended = retag("--undo", "--json")
        assert (ended.code, ended.lines[-1]) == (1, {"event": "summary", "retagged": 1, "failed": 1})
        (failed,) = [line for line in ended.lines if line.get("status") == "failed"]
        assert (failed["key"], failed["error"]["code"]) == ("a.pdf", "retagged-since")
        assert tags("a.pdf") == {"Tag1": "Theirs"}

    def test_of_nothing_says_so(self, retag, stored):
        ended = retag("--undo", "--json")
        assert (ended.code, [line["code"] for line in ended.lines]) == (1, ["nothing-to-undo"])
        assert "tagdrop: There is nothing to undo." in retag("--undo").stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Give the tag that goes and the one that comes, or --undo"),
        (("A",), "Give the tag that goes and the one that comes, or --undo"),
        (("", "B"), "The tag that goes is empty"),
        (("A", " "), "The tag that comes is empty. A file keeps one tag at least: name another one to merge it with."),
        (("A*", "B"), "“A*” is no whole tag. One tag is changed at a time, without a *."),
        (("A", "A "), "Both are the same tag"),
        (("A", "a#b"), "“#” can’t be used in a tag"),
        (("A", "B", "--undo"), "--undo stands alone"),
        (("--undo", "--dry-run"), "--undo stands alone"),
    ],
)
def test_a_wrong_usage_is_said_in_a_sentence(retag, proxy, words, sentence):
    ended = retag(*words)
    assert (ended.code, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert proxy.asked == []


@pytest.fixture
def many(boto, buckets):
    keys = [f"f{number:04}" for number in range(1500)]
    put_all(boto, buckets.storage, {key: (b"x", {"Tag1": "A", "Scanner": "clean"}) for key in keys})
    return keys


def begin(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app", "retag", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


class TestAnOutageInTheMiddle:
    @pytest.fixture
    def fewer(self, boto, buckets):
        keys = [f"f{number}" for number in range(8)]
        put_all(boto, buckets.storage, {key: (b"x", {"Tag1": "A"}) for key in keys})
        return keys

    @pytest.fixture
    def break_off(self, proxy, monkeypatch, fewer, tags):
        """Return what lets the line be cut at one of eight files, whose turn comes when another one was written."""
        monkeypatch.setattr("app.aws.retries.MAX_TRIES", 1)

        def break_off(value):
            def hang_up(asked, forward):
                assert eventually(lambda: any(tags(key)["Tag1"] == value for key in fewer))
                return faults.HANG_UP

            proxy.on(faults.of_key("f7", writes_tags), hang_up)

        return break_off

    def test_is_listed_gone_on_with_and_undone_as_a_whole(self, break_off, fewer, tags, proxy, tagdrop):
        break_off("B")
        ended = tagdrop("retag", "A", "B")
        assert ended.code == 1
        assert ended.stderr.endswith("Go on with what is left by: tagdrop resume\n")
        (left,) = tagdrop("transfers", "--json").of("transfer")
        assert (left["kind"], left["files"]) == ("retag", 8)
        assert left["files_left"] == sum(tags(key)["Tag1"] == "A" for key in fewer)
        proxy.forget()
        ended = tagdrop("resume", "--json")
        assert (ended.code, ended.lines[-1]["retagged"]) == (0, left["files_left"])
        assert tagdrop("transfers", "--json").of("transfer") == []
        assert tagdrop("retag", "--undo", "--json").lines[-1]["retagged"] == 8
        assert {tags(key)["Tag1"] for key in fewer} == {"A"}

    def test_of_an_undo_is_too(self, break_off, fewer, tags, proxy, tagdrop):
        assert tagdrop("retag", "A", "B").code == 0
        break_off("A")
        assert tagdrop("retag", "--undo").stderr.endswith("Go on with what is left by: tagdrop resume\n")
        (left,) = tagdrop("transfers", "--json").of("transfer")
        assert left["kind"] == "undo"
        proxy.forget()
        assert tagdrop("resume").code == 0
        assert {tags(key)["Tag1"] for key in fewer} == {"A"}
        assert tagdrop("transfers", "--json").of("transfer") == []

    def test_that_lasts_lets_resume_say_so_and_leave_it(self, break_off, fewer, tags, proxy, tagdrop):
        break_off("B")
        tagdrop("retag", "A", "B")
        proxy.forget()
        proxy.on(writes_tags, faults.answer(503, "SlowDown"))
        ended = tagdrop("resume")
        assert ended.code == 1
        assert ended.stderr.endswith("Go on with what is left by: tagdrop resume\n")
        assert len(tagdrop("transfers", "--json").of("transfer")) == 1


class TestInTheMiddle:
    @pytest.fixture
    def held(self, proxy):
        """Return an event that is set when 700 files were written and all others wait."""
        reached, go_on = threading.Event(), threading.Event()
        written = []

        def hold(asked, forward):
            if len(written) >= 700:
                reached.set()
                go_on.wait(30)
            written.append(asked.key)
            return forward()

        proxy.on(writes_tags, hold)
        yield reached
        go_on.set()

    @pytest.fixture
    def values(self, many, tags):
        """Return what tells which files carry which value."""

        def look():
            with ThreadPoolExecutor(16) as pool:
                found = dict(zip(many, pool.map(tags, many), strict=True))
            assert all(tags["Scanner"] == "clean" for tags in found.values())
            return {value: {key for key in many if found[key]["Tag1"] == value} for value in ("A", "B")}

        return look

    def test_ctrl_c_keeps_what_was_done(self, held, values, proxy, retag):
        with begin("A", "B", "--json") as process:
            assert held.wait(30)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        *told, error = [json.loads(line) for line in out.splitlines()]
        assert (process.returncode, error["event"], error["code"]) == (130, "error", "cancelled")
        proxy.forget()
        changed = values()["B"]
        assert {line["key"] for line in told} <= changed
        assert 500 <= len(changed) < 1500

    def test_a_kill_leaves_what_can_be_undone(self, held, values, proxy, retag, many):
        with begin("A", "B") as process:
            assert held.wait(30)
            process.kill()
        proxy.forget()
        changed = len(values()["B"])
        assert 500 <= changed < 1500
        ended = retag("--undo", "--json")
        assert (ended.code, ended.lines[-1]) == (0, {"event": "summary", "retagged": changed, "failed": 0})
        assert values()["A"] == set(many)
        assert retag("--undo").code == 1


def test_the_journal_is_in_the_data_folder_for_this_person_only(retag, stored, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    retag("invoices", "Invoice")
    (path,) = (tmp_path / "data" / "tagdrop" / "journal").glob("*.sqlite")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
