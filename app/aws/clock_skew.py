"""How far this computer's clock is off, told by the date of the storage's answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from app.core.errors import RefusalError

TOLERATED = timedelta(minutes=15)
"""Signatures that are further off are refused (API Reference, "Error responses", RequestTimeTooSkewed)."""


def answered_at(headers: Mapping[str, str]) -> datetime | None:
    """Return when the storage answered, by its own clock, aware UTC.

    Args:
        headers: of the answer, names in lower case.
    """
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def is_off(answered: datetime | None) -> bool:
    """Tell whether a signature that was made now would be refused."""
    return answered is not None and abs(datetime.now(UTC) - answered) > TOLERATED


def clock_error(answered: datetime | None, target: str = "") -> RefusalError:
    """Return the error that says the clock is off, and by how much where that is known.

    Args:
        answered: when the storage answered, by its own clock; just now.
        target: the key or bucket that was asked for.
    """
    title = "This computer’s clock is wrong"
    if answered is not None:
        off_by = datetime.now(UTC) - answered
        title = f"This computer’s clock is {_length(abs(off_by))} {'ahead' if off_by > timedelta(0) else 'behind'}"
    return RefusalError("clock-off", title, "Set date and time to automatic, then try again.", target)


def _length(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{round(minutes / 60)} hours" if minutes < 48 * 60 else f"{round(minutes / 1440)} days"
