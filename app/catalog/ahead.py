"""A listing that runs ahead of whoever reads the tags, so that neither waits for the other."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator

from app.core.job import CancelToken
from app.core.keys import RESERVED_PREFIX
from app.core.objects import StoredObject
from app.core.ports.storage import ObjectReader

_PAGES_AHEAD = 50  # 50,000 objects, some 20 MB

_Page = tuple[StoredObject, ...]


class ListingAhead:
    """Lists a bucket's files on a thread of its own, up to 50,000 ahead.

    Args:
        storage: the bucket.
        cancel: ends it.
    """

    def __init__(self, storage: ObjectReader, cancel: CancelToken) -> None:
        self._storage = storage
        self._cancel = cancel
        self._pages: queue.Queue[_Page | Exception | None] = queue.Queue(_PAGES_AHEAD)
        self._ended = CancelToken()
        self._listed = 0
        self._is_whole = False

    @property
    def total(self) -> int | None:
        """Files of the bucket; None until the listing has ended."""
        return self._listed if self._is_whole else None

    def files(self) -> Iterator[StoredObject]:
        """Yield every object of the bucket that is somebody's file.

        Raises:
            AppError: a page can't be had, after retries.
            CancelledError: when cancelled.
        """
        take_back = self._cancel.on_cancel(self._stop)
        threading.Thread(target=self._fetch, name="listing", daemon=True).start()
        try:
            while (page := self._pages.get()) is not None:
                self._cancel.raise_if_cancelled()
                if isinstance(page, Exception):
                    raise page
                yield from page
            self._cancel.raise_if_cancelled()
        finally:
            take_back()
            self._stop()

    def _stop(self) -> None:
        self._ended.cancel()
        with contextlib.suppress(queue.Full):  # when it is full, nobody waits for a page
            self._pages.put_nowait(None)

    def _fetch(self) -> None:
        try:
            for page in self._storage.list_objects("", self._ended):
                files = tuple(stored for stored in page if not stored.key.startswith(RESERVED_PREFIX))
                self._listed += len(files)
                if not self._offer(files):
                    return
            self._is_whole = True
            self._offer(None)
        except Exception as error:  # whatever it is, who reads the listing raises it
            self._offer(error)

    def _offer(self, page: _Page | Exception | None) -> bool:
        while not self._ended.is_cancelled:
            with contextlib.suppress(queue.Full):
                self._pages.put(page, timeout=0.2)
                return True
        return False
