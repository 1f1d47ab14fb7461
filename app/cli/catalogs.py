"""Which engine answers a command, brought up to date first where that is no wait."""

from __future__ import annotations

from datetime import timedelta

from app.cli.context import Context
from app.cli.scanning import show_listing
from app.core.errors import LocalFileError
from app.core.job import Job
from app.core.ports.catalog import QUICKLY_LISTED, IndexState, TagCatalog


def catalog_for(context: Context, engine: str | None = None) -> TagCatalog:
    """Return what finds by tag.

    Scripts expect what is there now. So `auto` lists the bucket before the local index answers, unless it is large
    and was listed not long ago; `index` never waits for that. Both start from the published catalogue where this
    computer has no index yet.

    Args:
        context: of the command.
        engine: that was asked for; the settings' when None.

    Raises:
        AppError: the storage refuses the listing or can't be reached.
        CancelledError: when cancelled.
    """
    chosen = engine or context.settings.search.engine
    if chosen == "auto":
        _bring_up_to_date(context)
    return context.services.catalog(chosen)


def _bring_up_to_date(context: Context) -> None:
    services, output = context.services, context.output
    if services.index is None:
        return
    if services.index.was_rebuilt:
        output.warn("The list of files on this computer was damaged and is made anew.")
    try:
        if services.index.start(services.storage, Job(context.cancel)) and _is_due(services.index.state(), context):
            services.index.refresh(services.storage, Job(context.cancel, lambda event: show_listing(event, output)))
    except LocalFileError as error:
        output.detail(str(error))


def _is_due(state: IndexState, context: Context) -> bool:
    if state.completed_at is None or state.objects <= QUICKLY_LISTED:
        return True
    age = context.services.clock.now() - state.completed_at
    return age > timedelta(minutes=context.settings.search.refresh_minutes)
