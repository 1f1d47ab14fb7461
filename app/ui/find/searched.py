"""What was searched for and what is wrong with the answer, for IT."""

from __future__ import annotations

from app.core.errors import AppError
from app.ui.find import wording
from app.ui.find.searching import Searching

_MOST = 1000


def searched(searching: Searching) -> tuple[AppError | None, str]:
    """Return why the search failed, or why the first file couldn't be looked at, and what was asked for."""
    unreadable = searching.unreadable
    error = searching.ending.error if searching.ending else None
    if error is None and unreadable:
        error = unreadable[0].error
    asked = f"find: {searching.query.describe()}"
    if unreadable:
        keys = "\n".join(f"  {item.key}: {item.error.code}" for item in unreadable[:_MOST])
        asked += f"\n{wording.unreadable(len(unreadable))}:\n{keys}"
    return error, asked
