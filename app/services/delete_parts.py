"""Deleting what interrupted downloads and links have left on this computer before their journal is deleted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from typing import TypeVar

from app.core.downloads import Download
from app.core.errors import AppError, InputError, LocalFileError, NothingFoundError
from app.core.ports.journal import RequestJournal
from app.core.sharing import ShareRequest
from app.core.tags import visible
from app.services.downloading import wanted_by
from app.services.packing_folder import delete_packing_folder
from app.services.zip_part.place import discard_parts, part_path

_log = logging.getLogger(__name__)

R = TypeVar("R")

_SECONDS = 4.0  # somebody waits for the sign-out


def delete_parts(journal: RequestJournal[Download], seconds: float = _SECONDS) -> tuple[LocalFileError, ...]:
    """Delete the parts of ZIPs that interrupted downloads have left, with their notes, as far as `seconds` go.

    The journal stays as it is. Return why parts are still there, or may be: `part-left`, the target is the part.
    """
    try:
        with ExitStack() as held:
            deletions = [_Deletion(request) for request in _held_requests(journal, held)]
            ends_at = monotonic() + seconds
            return tuple(error for deletion in deletions if (error := deletion.wait(ends_at)) is not None)
    except AppError as error:
        _log.warning("Interrupted downloads can't be read, and their parts aren't deleted (%s)", error.code)
        return ()


def delete_packings(journal: RequestJournal[ShareRequest]) -> None:
    """Delete what interrupted links have packed on this computer; the journal stays as it is."""
    try:
        with ExitStack() as held:
            for request in _held_requests(journal, held):
                if request.folder is not None:
                    delete_packing_folder(request.folder)
    except AppError as error:
        _log.warning("Interrupted links can't be read, and what they have packed isn't deleted (%s)", error.code)


def _held_requests(journal: RequestJournal[R], held: ExitStack) -> Iterator[R]:
    """Yield each; nobody goes on with them while they are held."""
    for run in journal.open_transfers():
        with suppress(InputError, NothingFoundError):  # another Tagdrop was faster
            request, record = journal.take_up(run.id)
            held.callback(record.leave)
            yield request


class _Deletion:
    """Runs on a thread of its own: a disk that gives no answer mustn't be in the way of the others."""

    def __init__(self, request: Download) -> None:
        self._request = request
        self._part = part_path(request.output)
        self._error: LocalFileError | None = None
        self._thread = threading.Thread(target=self._run, name="delete-parts", daemon=True)
        self._thread.start()

    def wait(self, ends_at: float) -> LocalFileError | None:
        """Wait until then at the latest, on the clock of `monotonic`; return what went wrong."""
        self._thread.join(max(0.0, ends_at - monotonic()))
        return _left(self._part, "Its disk doesn’t answer.") if self._thread.is_alive() else self._error

    def _run(self) -> None:
        try:
            if self._part.parent.is_dir():
                discard_parts(self._request.output, wanted_by(self._request))
            else:
                self._error = _left(self._part, "Its folder isn’t there; it may be on a disk that is away.")
        except LocalFileError as error:
            self._error = _left(self._part, f"{error.title}.")
        except OSError as error:
            self._error = _left(self._part, f"The computer says: {error.strerror or type(error).__name__}.")


def _left(part: Path, reason: str) -> LocalFileError:
    return LocalFileError(
        "part-left",
        "What an interrupted download has left couldn’t be deleted",
        f"{reason} Delete it yourself, and the file beside it that ends in .json.",
        visible(str(part)),
    )
