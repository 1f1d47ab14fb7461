"""What a command prints: lines for people, or one JSON object a line and nothing else on stdout."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

from app.core.errors import AppError
from app.core.tags import visible

_PROGRESS_SECONDS = 0.1


class Output:
    """Prints for people or for programs.

    Args:
        stdout: for what was asked for.
        stderr: for progress, errors and details.
        is_json: one object a line on stdout.
        is_verbose: details for IT on stderr.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO, is_json: bool, is_verbose: bool) -> None:
        self.is_json = is_json
        self.is_verbose = is_verbose
        self._stdout = stdout
        self._stderr = stderr
        self._shows_progress = stderr.isatty()
        self._progress = ""
        self._shown_at = 0.0

    def event(self, event: str, fields: Mapping[str, Any], text: str | None = None) -> None:
        """Print an object with `--json`, else `text` if there is one."""
        if self.is_json:
            self._write(_json_line({"event": event, **fields}))
        elif text is not None:
            self._write(visible(text))

    def document(self, text: str) -> None:
        """Print a text of several lines for people; programs get it as part of an object."""
        if not self.is_json:
            for line in text.splitlines():
                self._write(visible(line))

    def ready(self, fields: Mapping[str, Any]) -> None:
        """Print that the demo is ready: for programs, so always an object."""
        self._write(_json_line({"event": "ready", **fields}))
        self._stdout.flush()

    def error(self, error: AppError) -> None:
        """Print an error: a line of its own with `--json`, else a sentence on stderr."""
        if self.is_json:
            self.event("error", error_fields(error))
        else:
            self._tell(f"tagdrop: {visible(str(error))}")

    def warn(self, text: str) -> None:
        """Print a line on stderr for people; programs get it as part of an object."""
        if not self.is_json:
            self._tell(visible(text))

    def detail(self, text: str) -> None:
        """Print a detail for IT on stderr, with `-v`."""
        if self.is_verbose:
            self._tell(visible(text))

    def progress(self, text: str) -> None:
        """Show how far it is, in one line that is overwritten; only on a terminal."""
        now = monotonic()
        if self._shows_progress and now - self._shown_at >= _PROGRESS_SECONDS:
            self._shown_at = now
            self._clear_progress()
            self._progress = visible(text)[: _columns() - 1]
            self._stderr.write(self._progress)
            self._stderr.flush()

    def flush(self) -> None:
        """Show now what was printed: somebody is to act on it."""
        self._stdout.flush()
        self._stderr.flush()

    def close(self) -> None:
        """Leave the terminal clean."""
        self._clear_progress()
        self._stdout.flush()

    def _write(self, line: str) -> None:
        self._clear_progress()
        self._stdout.write(f"{line}\n")
        if self.is_json:
            self._stdout.flush()

    def _tell(self, line: str) -> None:
        self._clear_progress()
        self._stdout.flush()
        self._stderr.write(f"{line}\n")

    def _clear_progress(self) -> None:
        if self._progress:
            self._stderr.write("\r\x1b[K")
            self._stderr.flush()
            self._progress = ""


def utf8_streams() -> tuple[TextIO, TextIO]:
    """Return stdout and stderr as UTF-8 on every platform; a name that isn't Unicode is escaped, never fatal."""
    # A program for the desktop has none on Windows.
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    return sys.stdout, sys.stderr


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _json_line(fields: Mapping[str, Any]) -> str:
    """Return an object in one line, in readable Unicode; what controls a terminal or ends a line is escaped."""
    text = json.dumps(fields, ensure_ascii=False)
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def error_fields(error: AppError) -> dict[str, str]:
    """Return an error as `--json` shows it."""
    return {"code": error.code, "title": error.title, "detail": error.detail, "target": error.target}


def error_or_none(error: AppError | None) -> dict[str, str] | None:
    """Return an error as `--json` shows it, or null."""
    return error_fields(error) if error else None


def timestamp(time: datetime) -> str:
    """Return a time as `--json` shows it: ISO 8601 in UTC with a `Z`."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 80
