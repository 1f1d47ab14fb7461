"""At a terminal: progress, a question, Ctrl-C; the commands are processes of their own."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.uploading import open_uploads
from tests.proxy import copies_object, hold_until, lists, puts_part, reads_content
from tests.server import keys_in, tags_of


@dataclass
class Terminal:
    """A command at a terminal of its own; standard output goes to a pipe.

    Attributes:
        process: the command.
        shown: what the terminal showed.
    """

    process: subprocess.Popen[bytes]
    descriptor: int
    shown: bytes = b""
    changed: threading.Condition = field(default_factory=threading.Condition)

    def read(self) -> None:
        while True:
            try:
                piece = os.read(self.descriptor, 4096)
            except OSError:  # the last one who had it open has gone
                return
            with self.changed:
                self.shown += piece
                self.changed.notify_all()

    def waits_for(self, text: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: text.encode() in self.shown, 30), self.shown

    def types(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def ends(self) -> int:
        return self.process.wait(30)


@contextmanager
def terminal(*words: str | Path) -> Iterator[Terminal]:
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", *map(str, words)],
        stdin=inner,
        stderr=inner,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # makes it the controlling terminal
    )
    os.close(inner)
    shown = Terminal(process, outer)
    reader = threading.Thread(target=shown.read)
    reader.start()
    try:
        yield shown
    finally:
        process.kill()
        process.communicate()
        reader.join()
        os.close(outer)


@pytest.fixture(autouse=True)
def settings(behind_config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGDROP_CONFIG", str(behind_config))


@pytest.fixture
def stored(boto, buckets):
    for number in range(200):
        boto.put_object(Bucket=buckets.storage, Key=f"f{number:03}", Body=b"x", Tagging="Tag1=A")


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "Downloads" / "out.zip"
    path.parent.mkdir()
    return path


def test_progress_is_shown_on_stderr_and_cleared(stored):
    with terminal("find", "A", "--json") as shown:
        lines = [json.loads(line) for line in shown.process.stdout]
        assert shown.ends() == 0
        shown.waits_for("Searching, ")
        assert shown.shown.endswith(b"\r\x1b[K")
    assert (len(lines), lines[-1]["event"]) == (201, "summary")


class TestAFileThatIsThere:
    @pytest.fixture
    def asked(self, stored, archive) -> Iterator[Terminal]:
        archive.write_bytes(b"precious")
        with terminal("fetch", "A", "--output", archive) as shown:
            shown.waits_for("out.zip is there already. Replace it? [y/N]")
            yield shown

    def test_is_replaced_when_somebody_says_so(self, asked, archive):
        asked.types("y\n")
        assert asked.ends() == 0
        assert archive.read_bytes().startswith(b"PK")

    @pytest.mark.parametrize("typed", ["n\n", "\n", "\x03"], ids=["no", "enter", "ctrl-c"])
    def test_is_left_alone_otherwise(self, asked, archive, typed):
        asked.types(typed)
        assert asked.ends() == 130
        assert archive.read_bytes() == b"precious"

    def test_is_never_asked_about_in_json(self, stored, archive):
        archive.write_bytes(b"precious")
        with terminal("fetch", "A", "--output", archive, "--json") as shown:
            assert shown.ends() == 2
        assert archive.read_bytes() == b"precious"


class TestATagOfManyFiles:
    @pytest.fixture
    def asked(self, stored) -> Iterator[Terminal]:
        with terminal("retag", "A", "B") as shown:
            shown.waits_for("200 files carry “A”")
            shown.waits_for("Change it to “B” on all of them? [y/N]")
            yield shown

    def test_is_changed_when_somebody_says_so(self, asked, boto, buckets):
        asked.types("y\n")
        assert asked.ends() == 0
        assert tags_of(boto, buckets.storage, "f199") == {"Tag1": "B"}

    @pytest.mark.parametrize("typed", ["n\n", "\n", "\x03"], ids=["no", "enter", "ctrl-c"])
    def test_is_left_alone_otherwise(self, asked, boto, buckets, proxy, typed):
        asked.types(typed)
        assert asked.ends() == 130
        assert proxy.count(lambda request: request.method == "PUT") == 0

    def test_is_never_asked_about_in_json(self, stored):
        with terminal("retag", "A", "B", "--json") as shown:
            assert json.loads(shown.process.stdout.read().splitlines()[-1])["retagged"] == 200


class TestCtrlC:
    @pytest.fixture
    def interrupted(self, proxy) -> Callable[..., list[dict[str, object]]]:
        """Return what runs a command, interrupts it in the middle of a request, and returns what it printed."""
        go_on = threading.Event()

        def run(where, *words):
            reached = threading.Event()

            def hold(asked, forward):
                reached.set()
                return hold_until(go_on)(asked, forward)

            proxy.on(where, hold)
            command = [sys.executable, "-m", "app", *map(str, words), "--json"]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
            assert reached.wait(30)
            process.send_signal(signal.SIGINT)
            threading.Timer(1, go_on.set).start()
            out, err = process.communicate(timeout=30)
            assert (process.returncode, err) == (130, "")
            return [json.loads(line) for line in out.splitlines()]

        yield run
        go_on.set()

    def test_in_a_search_ends_it(self, stored, interrupted):
        lines = interrupted(lists, "find", "A")
        assert [(line["event"], line["code"]) for line in lines] == [("error", "cancelled")]

    @pytest.mark.parametrize("where", [copies_object, reads_content])
    def test_in_a_download_leaves_no_zip_and_no_copies(self, stored, interrupted, archive, boto, buckets, where):
        lines = interrupted(where, "fetch", "A", "--output", archive)
        assert (lines[-1]["event"], lines[-1]["code"]) == ("error", "cancelled")
        assert list(archive.parent.iterdir()) == []
        assert keys_in(boto, buckets.staging) == []

    def test_in_an_upload_keeps_what_was_acknowledged(self, interrupted, files, boto, buckets):
        (files / "small.txt").write_bytes(b"small")
        (files / "large.bin").write_bytes(bytes(20 * 1024**2))
        *told, error = interrupted(
            lambda asked: puts_part(asked) and asked.bucket == buckets.storage, "upload", "--tag", "A", files
        )
        assert error["code"] == "cancelled"
        assert [(line["key"], line["status"]) for line in told] == [(f"{files.name}/small.txt", "uploaded")]
        assert keys_in(boto, buckets.storage) == [f"{files.name}/small.txt"]
        assert open_uploads(boto, buckets.storage) == []


@pytest.mark.parametrize(
    "words", [["find", "A"], ["upload", "--tag", "A", "{}"], ["tags"], ["retag", "A", "B"], ["staged"], ["sweep"]]
)
def test_no_secret_is_told_even_with_details(words, files, aws_environment, monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEthisIsTheToken")
    (files / "a.txt").write_bytes(b"a")
    words = [word.format(files) for word in words]
    ended = subprocess.run([sys.executable, "-m", "app", "-v", *words], capture_output=True, timeout=60)
    told = (ended.stdout + ended.stderr).decode()
    assert "Storage bucket " in told
    assert aws_environment["AWS_SECRET_ACCESS_KEY"] not in told
    assert "FwoGZXIvYXdz" not in told
