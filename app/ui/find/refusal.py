"""Why a change of tags would fail, told before it is tried."""

from __future__ import annotations

from app.core.errors import AppError
from app.core.tag_edits import RetagRequest
from app.services.retag import foresee
from app.ui import words


def refusal(request: RetagRequest) -> str:
    """Return why the first file that can't get its tags can't, as sentences; empty where each can."""
    try:
        outcomes = foresee(request)
        error: AppError | None = next((outcome.error for outcome in outcomes if outcome.error is not None), None)
    except AppError as refused:
        error = refused
    if error is None:
        return ""
    name = f"{words.quoted(error.target)}: " if error.target else ""
    return f"{name}{error.title}. {error.detail}".rstrip()
