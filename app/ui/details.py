"""What IT wants to read when something is refused: who, what, where, when; nothing secret."""

from __future__ import annotations

import platform
from datetime import UTC, datetime

from app.core.errors import AppError
from app.ui.services import WindowServices, WindowSettings


def details_for_it(
    error: AppError, asked: str, settings: WindowSettings, services: WindowServices | None, now: datetime
) -> str:
    """Return the details as lines of text.

    Args:
        error: what was answered.
        asked: what was asked for, may be several lines.
        settings: gives the places that were asked.
        services: gives who asked; None before the window is connected.
        now: aware.
    """
    who = (("Signed in as", services.identity.label), ("User id", services.identity.user_id)) if services else ()
    lines = (
        ("When", f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"),
        ("Error", f"{error.code}: {error}"),
        ("Asked for", asked),
        *who,
        *settings.details,
        *(("Weaker here", weakness) for weakness in (services.weaknesses() if services else ())),
        ("System", platform.platform()),
    )
    return "\n".join(f"{name}: {value}" for name, value in lines if value)
