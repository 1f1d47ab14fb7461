"""macOS: the system's own program for it, caffeinate(8)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

_PROGRAM = "/usr/bin/caffeinate"


@contextmanager
def kept_awake(program: str = _PROGRAM) -> Iterator[None]:
    """Hold back idle sleep; the program ends with this one, also after a crash (`-w`).

    Args:
        program: path of caffeinate.

    Raises:
        OSError: it isn't there.
    """
    command = [program, "-i", "-w", str(os.getpid())]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as caffeinate:
        try:
            yield
        finally:
            caffeinate.terminate()
