"""`tagdrop demo` as a process: what it says when it can't start, and that nothing stays when it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.demo.lock import lock_folder
from tests.disk import small_disk
from tests.waiting import eventually


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "app", "demo", "--headless", "--data-dir", str(folder)]


@contextmanager
def demo(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    with subprocess.Popen(command(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
        process.kill()


def processes_of(folder: Path) -> list[str]:
    """Return the command lines that name the folder, the demo's own left out."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it has just ended
            continue
        if str(folder) in " ".join(words) and "--headless" not in words:
            lines.append(" ".join(words))
    return lines


def test_it_says_in_one_line_how_to_work_with_it(tmp_path: Path) -> None:
    with demo(tmp_path / "data") as (_, ready):
        assert list(ready) == ["event", "config", "it_config", "env", "endpoint_url", "data_dir"]
        assert (ready["event"], ready["data_dir"]) == ("ready", str(tmp_path / "data"))
        find = [sys.executable, "-m", "app", "find", "Invoice 2026", "--json", "--config", ready["it_config"]]
        found = subprocess.run(find, capture_output=True, text=True, env={**os.environ, **ready["env"]}, timeout=60)
    summary = json.loads(found.stdout.splitlines()[-1])
    assert summary["matches"] > 50
    assert summary["objects"] >= 200


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_stays_however_it_ends(tmp_path: Path, how: signal.Signals) -> None:
    with demo(tmp_path / "data") as (process, _):
        assert processes_of(tmp_path / "data")
        process.send_signal(how)
        assert process.wait(30) == (0 if how is not signal.SIGKILL else -how)
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert eventually(lambda: not processes_of(tmp_path / "data"))


def rubbish_in(name: str) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        folder.mkdir()
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("rubbish")

    return prepare


def a_file_in_its_place(folder: Path) -> None:
    folder.write_text("a file")


REFUSED = [
    (rubbish_in("s3.json"), "s3.json: The demo’s keys can’t be read. Delete the folder to begin anew, or choose "),
    (rubbish_in("sign-in.json"), "The demo’s sign-ins can’t be read. Delete the folder to begin anew, or choose "),
    (rubbish_in("server/filerldb2"), "The demo’s data can’t be used. Delete the folder to begin anew, or choose "),
    (a_file_in_its_place, "data: Something else has this name. Choose another name."),
]


@pytest.mark.parametrize(("prepare", "sentence"), REFUSED)
def test_a_folder_that_cant_be_used_is_one_sentence(
    tmp_path: Path, prepare: Callable[[Path], None], sentence: str
) -> None:
    prepare(tmp_path / "data")
    assert_refused(tmp_path / "data", sentence)


def test_a_folder_that_is_in_use_is_one_sentence(tmp_path: Path) -> None:
    with lock_folder(tmp_path, 0):
        assert_refused(
            tmp_path, "Another demo runs on this folder. Close it first, or choose another folder with --data-dir."
        )


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4 * 1024**2) as disk:
        assert_refused(disk / "data", "Not enough space on this computer. The demo needs 210 MB, 4 MB are free.")


def assert_refused(folder: Path, sentence: str) -> None:
    plain = subprocess.run(command(folder), capture_output=True, text=True, timeout=60)
    assert (plain.returncode, plain.stdout) == (1, "")
    assert sentence in plain.stderr
    assert plain.stderr.count("\n") == 1
    assert processes_of(folder) == []
