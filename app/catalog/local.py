"""The local index of one bucket and one person: opened, kept up to date, built anew, deleted."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from app.catalog.index import IndexCatalog
from app.catalog.publishing import publish
from app.catalog.recording import IndexFeed
from app.catalog.refresh import Rereading, refresh
from app.catalog.starting import start
from app.catalog.store import LEASE, IndexStore
from app.core.errors import LocalFileError, local_file_error
from app.core.job import Job
from app.core.ports.catalog import IndexState, Publication, RefreshReport
from app.core.ports.clock import Clock
from app.core.ports.storage import ObjectReader, ObjectStore
from app.core.tags import TagRules

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2


def index_path(folder: Path, *names: str) -> Path:
    """Return the file in `folder` for what `names` name together: server, bucket and person."""
    return folder / f"{hashlib.sha256(chr(0).join(names).encode()).hexdigest()[:32]}.sqlite"


def delete_index(path: Path) -> None:
    """Delete an index that isn't open here; nothing happens where there is none.

    Raises:
        LocalFileError: it can't be deleted.
    """
    try:
        _delete_files(path)
    except OSError as error:
        raise _unusable(error, path) from error


class LocalIndex:
    """An `IndexKeeper`.

    Attributes:
        was_rebuilt: whether the file was damaged and is begun anew.
        feed: learns what is read and written anyway.

    Args:
        path: of the file.
        rules: which tags are values.
        clock: tells the time.
        rereading: how much is read again.

    Raises:
        LocalFileError: the file can't be made, not even anew.
    """

    def __init__(self, path: Path, rules: TagRules, clock: Clock, rereading: Rereading) -> None:
        self._path = path
        self._rules = rules
        self._clock = clock
        self._rereading = rereading
        self._starting = threading.Lock()
        self.was_rebuilt = False
        try:
            self.store = self._open()
        except (OSError, sqlite3.Error) as error:
            raise _unusable(error, path) from error
        self.feed = IndexFeed(self.store, clock)

    def catalog(self, storage: ObjectReader) -> IndexCatalog:
        """Return what answers from this index, looking at hits in `storage`."""
        return IndexCatalog(self.store, storage, self._rules, self._clock, lambda job: self._start(storage, job))

    def state(self) -> IndexState:
        """See `IndexKeeper.state`."""
        try:
            return IndexState(self.store.completed_at, self.store.count()[0])
        except sqlite3.Error as error:
            raise _unusable(error, self._path) from error

    def start(self, storage: ObjectReader, job: Job) -> bool:
        """See `IndexKeeper.start`."""
        try:
            return self._start(storage, job)
        except sqlite3.Error as error:
            raise _unusable(error, self._path) from error

    def refresh(self, storage: ObjectReader, job: Job, *, starts: bool = True, rereads: bool = False) -> RefreshReport:
        """See `IndexKeeper.refresh`."""
        self.feed.flush()
        try:
            is_new = self.store.completed_at is None
            has_started = starts and is_new and self._start(storage, job)
            report = refresh(self.store, storage, self._clock, self._rereading, job, rereads=rereads)
        except sqlite3.Error as error:
            raise _unusable(error, self._path) from error
        return replace(report, started_from_published=has_started or report.started_from_published)

    def publish(self, storage: ObjectStore, job: Job) -> Publication:
        """See `IndexKeeper.publish`."""
        try:
            return publish(self.store, self._rules, storage, job)
        except sqlite3.Error as error:
            raise _unusable(error, self._path) from error
        except OSError as error:
            raise local_file_error(error, tempfile.gettempdir()) from error

    def clear(self) -> None:
        """See `IndexKeeper.clear`."""
        self.feed.flush()
        try:
            self.store.clear()
        except sqlite3.Error as error:
            raise _unusable(error, self._path) from error

    def check(self) -> bool:
        """See `IndexKeeper.check`."""
        try:
            self.store.check()
        except sqlite3.DatabaseError:
            _log.warning("The index is damaged and will be built anew", exc_info=True)
            # Emptied at the next start: who searches just now still has the file open.
            with contextlib.suppress(OSError):
                self._mark_damaged.touch()
            return False
        return True

    def delete(self) -> None:
        """See `IndexKeeper.delete`."""
        self.close()
        delete_index(self._path)

    def close(self) -> None:
        """See `IndexKeeper.close`."""
        self.feed.close()
        self.store.close()

    def _start(self, storage: ObjectReader, job: Job) -> bool:
        """Start from the published catalogue, once: who comes meanwhile waits, and has it then."""
        while not self._starting.acquire(timeout=_LOOK_SECONDS):
            job.cancel.raise_if_cancelled()
        try:
            if self.store.completed_at is not None:
                return True
            now = self._clock.now()
            if not self.store.lease(now, now + LEASE):
                return False
            try:
                return start(self.store, storage, self._clock, job)
            finally:
                self.store.end_lease()
        finally:
            self._starting.release()

    @property
    def _mark_damaged(self) -> Path:
        return self._path.with_suffix(".damaged")

    def _open(self) -> IndexStore:
        if not self._mark_damaged.exists():
            try:
                return IndexStore(self._path, self._rules)
            except sqlite3.DatabaseError as error:
                # Locked, or no room: that is for a time, and the file is good.
                if isinstance(error, sqlite3.OperationalError):
                    raise
                _log.warning("The index can’t be read and is built anew", exc_info=True)
        self.was_rebuilt = True
        _delete_files(self._path)
        return IndexStore(self._path, self._rules)


def _delete_files(path: Path) -> None:
    for file in (
        path,
        *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm")),
        path.with_suffix(".damaged"),
    ):
        file.unlink(missing_ok=True)


def _unusable(error: OSError | sqlite3.Error, path: Path) -> LocalFileError:
    if isinstance(error, OSError):
        return local_file_error(error, str(path))
    return LocalFileError(
        "index-unusable",
        "The list of files on this computer can’t be used",
        f"Searches ask the storage itself, which takes longer. The computer says: {error}.",
        str(path),
    )
