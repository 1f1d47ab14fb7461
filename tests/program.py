"""The program as a process of its own, which can be killed in the middle of its work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LIMIT_SECONDS = 180
_LATER = """
import sys
from datetime import timedelta
from app.bootstrap import connecting
from app.__main__ import main

class Clock(connecting.SystemClock):
    def now(self):
        return super().now() + timedelta(days={})

connecting.SystemClock = Clock
sys.exit(main())
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended.

    Attributes:
        code: its exit code; None where it was killed.
        lines: what it printed, one object a line; the last may have been cut off.
        stderr: what it said besides.
    """

    code: int | None
    lines: list[dict[str, Any]]
    stderr: str

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]


@dataclass(frozen=True)
class Program:
    """One person's Tagdrop.

    Attributes:
        config: its settings.
        home: where it keeps what it keeps.
        environment: its keys.
    """

    config: Path
    home: Path
    environment: Mapping[str, str]

    def start(self, *words: str | Path, days_later: int = 0) -> subprocess.Popen[bytes]:
        """Start a command with `--json`, perhaps with a clock that is ahead."""
        names = ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        return subprocess.Popen(
            [sys.executable, "-c", _LATER.format(days_later), *map(str, words), "--json", "--config", str(self.config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.environment, **{name: str(self.home / name.lower()) for name in names}},
            cwd=Path(__file__).parents[1],
        )

    def run(self, *words: str | Path, kill_after: float | None = None, days_later: int = 0) -> Ran:
        """Run a command with `--json`; kill it after so many seconds, unless it has ended by then."""
        with self.start(*words, days_later=days_later) as process:
            try:
                stdout, stderr = process.communicate(timeout=kill_after or _LIMIT_SECONDS)
                code: int | None = process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                stdout, stderr = process.communicate()
                code = None
        if code is None and kill_after is None:
            raise AssertionError(f"{words} hangs: {stderr.decode()}")
        return Ran(code, [json.loads(line) for line in stdout.split(b"\n") if _is_whole(line)], stderr.decode())


def _is_whole(line: bytes) -> bool:
    return line.startswith(b"{") and line.endswith(b"}")
