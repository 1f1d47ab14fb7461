"""Freeing the parts of interrupted uploads before the journal that remembers them is deleted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from app.core.errors import AppError, InputError, NothingFoundError
from app.core.ports.journal import TransferJournal
from app.core.ports.storage import ObjectWriter
from app.services.uploads.parts import free_parts

_log = logging.getLogger(__name__)

_SECONDS = 8.0  # somebody waits for the sign-out


def free_uploads(open_storage: Callable[[], ObjectWriter], journal: TransferJournal, seconds: float = _SECONDS) -> None:
    """End the multipart uploads that interrupted uploads had begun, as far as that can be done in `seconds`.

    The journal stays as it is. What goes wrong is logged: the sweep and the lifecycle rule are the net.

    Args:
        open_storage: returns the storage bucket; asked only where there is something to free.
        journal: remembers them.
        seconds: to wait for the storage.
    """
    try:
        with ExitStack() as held:
            uploads = _held_uploads(journal, held)
            if uploads:
                _free_within(seconds, uploads, open_storage)
    except AppError as error:
        _log.warning("Interrupted uploads can't be read, and their parts aren't freed (%s)", error.code)


def _held_uploads(journal: TransferJournal, held: ExitStack) -> list[tuple[str, str]]:
    """Return key and id of each; nobody goes on with them while they are held."""
    uploads: list[tuple[str, str]] = []
    for run in journal.open_transfers():
        with suppress(InputError, NothingFoundError):  # another Tagdrop was faster
            request, record = journal.take_up(run.id)
            held.callback(record.leave)
            uploads += request.begun_uploads()
    return uploads


def _free_within(seconds: float, uploads: Sequence[tuple[str, str]], open_storage: Callable[[], ObjectWriter]) -> None:
    """Do it on a thread of its own: a request that gets no answer isn't cut off by anything."""
    is_over = threading.Event()
    thread = threading.Thread(target=_free, args=(uploads, open_storage, is_over), name="free-uploads", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _log.warning("The parts of interrupted uploads couldn't be freed in time")
    is_over.set()


def _free(
    uploads: Sequence[tuple[str, str]], open_storage: Callable[[], ObjectWriter], is_over: threading.Event
) -> None:
    try:
        storage = open_storage()
        for key, upload_id in uploads:
            if is_over.is_set():
                return
            free_parts(key, upload_id, storage)
    except AppError as error:
        _log.warning("The parts of interrupted uploads can't be freed (%s)", error.code)
