"""What is known of a server: everything of AWS; of any other what was found out, once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.aws.server_file import ServerFile
from app.core.capabilities import EVERYTHING, NOTHING, Capabilities
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
        known: what is known without asking.
    """

    def __init__(self, find_out: CapabilitySource, known: Capabilities | None = None) -> None:
        self._find_out = find_out
        self._known = known
        self._is_asking = False
        self._changed = threading.Condition()

    def __call__(self, cancel: CancelToken) -> Capabilities:
        """Return what the server can do; it is asked once, however many threads need it.

        Raises:
            OutageError: it can't be reached.
            SignInError: the session has ended.
            CancelledError: when cancelled.
        """
        known = self._known
        return known if known is not None else self._wait_or_ask(cancel)

    def weaknesses(self) -> tuple[str, ...] | None:
        """Return what is weaker than on AWS; None while that isn't known. It asks nothing."""
        return self._known.weaknesses() if self._known is not None else None

    def keeps_checksums(self) -> bool:
        """Tell whether the server is known to keep checksums; asks nothing."""
        return self._known is not None and self._known.stored_checksums

    def _wait_or_ask(self, cancel: CancelToken) -> Capabilities:
        take_back = cancel.on_cancel(self._wake)
        try:
            with self._changed:
                while self._is_asking:
                    cancel.raise_if_cancelled()
                    self._changed.wait()
                if self._known is not None:
                    return self._known
                self._is_asking = True
        finally:
            take_back()
        return self._ask(cancel)

    def _ask(self, cancel: CancelToken) -> Capabilities:
        try:
            known = self._find_out(cancel)
            for weakness in known.weaknesses():
                _log.info("%s", weakness)
            self._known = known
            return known
        finally:
            with self._changed:
                self._is_asking = False
                self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


def kept_in(file: ServerFile | None, server: str, ask: CapabilitySource) -> CapabilitySource:
    """Return a source that asks only where `file` doesn't know the server.

    That nothing could be found out, as the rights were missing, isn't kept.
    """

    def find_out(cancel: CancelToken) -> Capabilities:
        known = file.read(server) if file is not None else None
        if known is None:
            known = ask(cancel)
            if file is not None and known != NOTHING:
                file.write(server, known)
        return known

    return find_out


def known_of(can: Capabilities) -> FoundOut:
    """Return what needs no finding out."""
    return FoundOut(lambda cancel: can, can)


AWS = known_of(EVERYTHING)
"""AWS itself (Amazon S3 API Reference)."""
