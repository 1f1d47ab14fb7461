"""Whoever decides what becomes of a file whose name is in use."""

from __future__ import annotations

from typing import Protocol

from app.core.conflicts import Conflict, Resolution
from app.core.job import CancelToken


class ConflictResolver(Protocol):
    """Decides conflicts; in the window a person does."""

    def resolve(self, conflict: Conflict, cancel: CancelToken) -> Resolution:
        """Return what to do; blocks until that is decided.

        Raises:
            CancelledError: the upload was cancelled instead.
        """
