"""How fast commands go: limited, or stopped by Ctrl-Z for a while."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.server import keys_in

MB = 1_000_000


def write(folder, count, size):
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:02}.bin").write_bytes(bytes([number]) * size)
    return folder


def test_a_limit_holds_for_a_command(tagdrop, tmp_path):
    started = time.monotonic()
    ended = tagdrop("upload", "--tag", "Lot 3", "--limit", "16", write(tmp_path / "files", 20, 200_000), "--json")
    assert time.monotonic() - started >= (20 - 1) * 200_000 / (2 * MB) - 0.1
    assert ended.of("summary")[0]["uploaded"] == 20


@pytest.mark.parametrize("limit", ["0", "-1", "fast", "1.5"])
def test_a_limit_that_is_none_is_refused(tagdrop, tmp_path, limit):
    ended = tagdrop("upload", "--tag", "Lot 3", f"--limit={limit}", tmp_path)
    assert ended.code == 2
    assert f"'{limit}' isn’t a whole number of megabits, 1 or more" in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Ctrl-Z")
def test_an_upload_goes_on_after_a_stop(behind_config, boto, buckets, tmp_path):
    folder = write(tmp_path / "files", 30, 100_000)
    words = ["upload", "--tag", "Lot 3", "--limit", "8", str(folder), "--json", "--config", str(behind_config)]
    command = [sys.executable, "-m", "app", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as program:
        first = program.stdout.readline()
        # What a terminal's SIGTSTP comes to; that one is ignored where no shell has the job.
        program.send_signal(signal.SIGSTOP)
        assert os.WIFSTOPPED(os.waitpid(program.pid, os.WUNTRACED)[1])
        stored = len(keys_in(boto, buckets.storage))
        time.sleep(2)
        assert len(keys_in(boto, buckets.storage)) - stored <= 1  # one that was with the server already
        program.send_signal(signal.SIGCONT)
        rest = program.stdout.read().splitlines()
    assert program.returncode == 0
    told = [json.loads(line) for line in (first, *rest)]
    assert told[-1]["uploaded"] == 30
    assert keys_in(boto, buckets.storage) == [f"files/{number:02}.bin" for number in range(30)]
