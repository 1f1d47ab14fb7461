"""What IT wants to read: who works where with what, and when something was refused; nothing secret."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import UTC, datetime

from app import __version__
from app.core.errors import AppError
from app.ui.services import WindowServices, WindowSettings

Facts = tuple[tuple[str, str], ...]
"""Names and values."""


def facts_for_it(settings: WindowSettings, services: WindowServices | None) -> Facts:
    """Return who works where with what.

    Args:
        settings: gives the places that are asked.
        services: gives who asks; None before the window is connected.
    """
    who = (("Signed in as", services.identity.label), ("User id", services.identity.user_id)) if services else ()
    facts = (*who, *settings.details, ("Tagdrop", __version__), ("System", platform.platform()))
    weaknesses = services.weaknesses() if services else None
    if weaknesses is None:
        return facts
    return (*facts, *(("Weaker here", weakness) for weakness in weaknesses or ("Nothing",)))


def details_for_it(
    error: AppError, asked: str, settings: WindowSettings, services: WindowServices | None, now: datetime
) -> str:
    """Return what was refused and `facts_for_it`, as lines of text.

    Args:
        error: what was answered.
        asked: what was asked for, may be several lines.
        settings: gives the places that were asked.
        services: gives who asked; None before the window is connected.
        now: aware.
    """
    refused = (("Error", f"{error.code}: {error}"), ("Asked for", asked))
    return as_text((*refused, *facts_for_it(settings, services)), now)


def as_text(facts: Iterable[tuple[str, str]], now: datetime) -> str:
    """Return facts as lines of text, as of `now`, which is aware."""
    lines = (("When", f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"), *facts)
    return "\n".join(f"{name}: {value}" for name, value in lines if value)
