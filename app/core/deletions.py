"""What is deleted before its time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CopiesDeletion:
    """Temporary copies that somebody wants gone at once.

    Attributes:
        request_id: of the copies.
        user_id: whose they are.
        name: what was looked for, in a few words; empty where that isn't known.
        files: how many; 0 where that isn't known.
    """

    request_id: str
    user_id: str
    name: str = ""
    files: int = 0
