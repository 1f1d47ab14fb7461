"""What is known of a server: everything of AWS; of any other what was found out, once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.aws.server_file import ServerFile
from app.core.capabilities import EVERYTHING, Capabilities
from app.core.job import CancelToken

_log = logging.getLogger(__name__)

CapabilitySource = Callable[[CancelToken], Capabilities]
"""Returns what a server can do; may ask it, and then raises what `probe` does."""


@dataclass(frozen=True, slots=True)
class ProbePlace:
    """Where it may be found out what a server can do.

    Attributes:
        bucket: the staging bucket.
        user_id: whose place there is used.
        file: keeps what was found out from one start to the next; None for this start only.
    """

    bucket: str
    user_id: str
    file: ServerFile | None = None


class FoundOut:
    """Finds out what a server can do when that is first needed; a `CapabilitySource`.

    Args:
        find_out: asks the server.
    """

    def __init__(self, find_out: CapabilitySource) -> None:
        self._find_out = find_out
        self._lock = threading.Lock()
        self._known: Capabilities | None = None

    def __call__(self, cancel: CancelToken) -> Capabilities:
        """Return what the server can do; it is asked once, however many threads need it.

        Raises:
            OutageError: it can't be reached.
            SignInError: the session has ended.
            CancelledError: when cancelled.
        """
        with self._lock:
            if self._known is None:
                # Others wait for this, who aren’t paused.
                self._known = self._find_out(cancel.without_pauses())
                for weakness in self._known.weaknesses():
                    _log.info("%s", weakness)
            return self._known

    def weaknesses(self) -> tuple[str, ...]:
        """Return what is weaker than on AWS, as far as it is known by now; asks nothing."""
        return self._known.weaknesses() if self._known is not None else ()


def kept_in(file: ServerFile | None, server: str, ask: CapabilitySource) -> CapabilitySource:
    """Return a source that asks only where `file` doesn't know the server."""

    def find_out(cancel: CancelToken) -> Capabilities:
        known = file.read(server) if file is not None else None
        if known is None:
            known = ask(cancel)
            if file is not None:
                file.write(server, known)
        return known

    return find_out


def everything(_: CancelToken) -> Capabilities:
    """Return what AWS can do (Amazon S3 API Reference)."""
    return EVERYTHING
