"""Runs a program and ends it when the process that asked for it is gone, however that one ended.

It is started with a pipe as standard input whose other end only the asking process holds: the system closes
that end even when the process is killed. It needs the standard library only, so that it can be run as a file
of its own (`python -I watchdog.py`) and starts quickly.

Arguments: seconds to wait between asking and forcing the program to end; the file for its output; a folder
for its temporary files; how many further files to delete afterwards, and their names; the program and its
arguments. It writes the program's process id to standard output and ends with its exit code.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

COMMAND = "--end-with-parent"
"""First argument with which the bundled program becomes this one."""


def main(arguments: Sequence[str]) -> int:
    """Run the program until it ends or standard input does; return its exit code."""
    grace_seconds, log, temporary = float(arguments[0]), arguments[1], arguments[2]
    leftovers_end = 4 + int(arguments[3])
    leftovers, command = arguments[4:leftovers_end], arguments[leftovers_end:]
    _ignore_signals()
    try:
        with Path(log).open("wb") as output:
            program = _start(command, output.fileno(), temporary)
        sys.stdout.write(f"{program.pid}\n")
        sys.stdout.flush()
        threading.Thread(target=_end_with_parent, args=(program, grace_seconds), daemon=True).start()
        return program.wait()
    except OSError as error:
        sys.stdout.write(f"{error.strerror}\n")
        return 127
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        for leftover in leftovers:
            Path(leftover).unlink(missing_ok=True)


def _ignore_signals() -> None:
    """Leave it to the asking process what a signal means; `kill -9` remains."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _start(command: Sequence[str], output: int, temporary: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TMPDIR": temporary, "TMP": temporary, "TEMP": temporary}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, creationflags=flags
        )
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=environment,
        cwd=temporary,
        preexec_fn=_prepare_child,  # safe: this process has one thread when it is called
    )


def _prepare_child() -> None:
    """Give the program its signals back; on Linux let it end with the watchdog, should that be killed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _end_with_parent(program: subprocess.Popen[bytes], grace_seconds: float) -> None:
    while os.read(0, 4096):
        pass
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            program.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            program.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(grace_seconds)
        return
    program.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
