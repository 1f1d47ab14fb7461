"""Everything that is kept of a person's work on one bucket."""

from __future__ import annotations

from app.core.deletions import CopiesDeletion
from app.core.downloads import Download
from app.core.open_transfers import OpenTransfer, TransferKind
from app.core.ports.clock import Clock
from app.core.sharing import ShareRequest
from app.journal.file import JournalFile
from app.journal.request_formats import DeletionFormat, DownloadFormat, ShareFormat
from app.journal.requests import Requests
from app.journal.retags import Retags
from app.journal.runs import no_such_transfer
from app.journal.transfers import Transfers


class WorkJournal:
    """A `Journal`.

    Args:
        file: it is kept in.
        storage: names server and bucket; work on another one is left alone.
        clock: tells when something began.
    """

    def __init__(self, file: JournalFile, storage: str, clock: Clock) -> None:
        self._file = file
        self._storage = storage
        self.uploads = Transfers(file, storage, clock)
        self.downloads: Requests[Download] = Requests(file, DownloadFormat(), storage, clock)
        self.shares: Requests[ShareRequest] = Requests(file, ShareFormat(), storage, clock)
        self.deletions: Requests[CopiesDeletion] = Requests(file, DeletionFormat(), storage, clock)
        self.retags = Retags(file, storage, clock)

    def open_transfers(self) -> tuple[OpenTransfer, ...]:
        """See `Journal.open_transfers`."""
        parts = self.uploads, self.downloads, self.shares, self.deletions, self.retags
        found = [transfer for part in parts for transfer in part.open_transfers()]
        return tuple(sorted(found, key=lambda transfer: transfer.began_at))

    def kind_of(self, run_id: int) -> TransferKind:
        """See `Journal.kind_of`."""
        sql = "SELECT kind, json_extract(request, '$.undoing') FROM runs WHERE id = ? AND storage = ? AND is_open"
        with self._file.transaction() as connection:
            found = connection.execute(sql, (run_id, self._storage)).fetchone()
        if found is None:
            raise no_such_transfer(run_id)
        kind, is_undone = found
        return TransferKind.UNDO if is_undone else TransferKind(kind)
