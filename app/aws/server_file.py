"""What was found out about servers, kept for a day, so that not every command asks again."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.core.capabilities import Capabilities
from app.core.ports.clock import Clock

_log = logging.getLogger(__name__)

_KEPT_FOR = timedelta(days=1)
_NAMES = {field.name for field in fields(Capabilities)}


class ServerFile:
    """A small file; without it, or where it is damaged, servers are asked.

    Args:
        path: of the file; its folder is made.
        clock: tells how old an entry is.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    def read(self, server: str) -> Capabilities | None:
        """Return what was found out of a server within the last day.

        Args:
            server: its address and the bucket that was looked at.
        """
        try:
            entry = self._entries()[server]
            found = entry["can"]
            age = self._clock.now() - datetime.fromisoformat(entry["found_at"])
        except (KeyError, TypeError, ValueError):
            return None
        if not (timedelta(0) <= age < _KEPT_FOR and isinstance(found, dict) and set(found) == _NAMES):
            return None
        return Capabilities(**{name: value is True for name, value in found.items()})

    def write(self, server: str, found: Capabilities) -> None:
        """Keep what was found out."""
        entries = self._entries() | {server: {"found_at": self._clock.now().isoformat(), "can": asdict(found)}}
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(entries, indent=1), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            _log.info("Can’t keep what the server can do: %s", error)

    def _entries(self) -> dict[str, Any]:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return entries if isinstance(entries, dict) else {}
