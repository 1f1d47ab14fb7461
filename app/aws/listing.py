"""Listing a bucket: page after page, and large folders side by side."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from app.aws import documents
from app.aws.messages import Request
from app.aws.pipeline import Pipeline
from app.core.errors import IntegrityError
from app.core.job import CancelToken
from app.core.objects import StoredObject

_Page = tuple[StoredObject, ...]

_THREADS = 8
_PAGES_WAITING = 4
# A request brings 1,000 objects, but of one folder only: that pays where folders are large, and not too many.
_MOST_FOLDERS_IN_PAGE = 4
_MOST_FOLDERS = 100


@dataclass(frozen=True, slots=True)
class _Part:
    """What is still to be listed: everything below `prefix` but the keys that were `seen`."""

    prefix: str
    seen: frozenset[str] = frozenset()

    def unseen(self, objects: _Page) -> _Page:
        return tuple(stored for stored in objects if stored.key not in self.seen) if self.seen else objects


class Listing:
    """Lists one bucket (ListObjectsV2).

    The next page can't be asked for before the one before has come, so a large bucket takes as many round trips as
    it has pages. Where a listing goes on and its first page is of few folders, each folder is listed by itself.

    Args:
        bucket: its name.
        pipeline: sends the requests.
    """

    def __init__(self, bucket: str, pipeline: Pipeline) -> None:
        self._bucket = bucket
        self._pipeline = pipeline

    def pages(self, prefix: str, cancel: CancelToken) -> Iterator[_Page]:
        """Yield every object whose key begins with `prefix` once, in no particular order.

        Raises:
            AppError: a page can't be had, after retries.
            CancelledError: when cancelled.
        """
        folders = []
        for found in self._list(_Part(prefix), cancel):
            if isinstance(found, _Part):
                folders.append(found)
            else:
                yield found
        if folders:
            yield from _SideBySide(self._list, folders, cancel).pages()

    def _list(self, part: _Part, cancel: CancelToken) -> Iterator[_Page | _Part]:
        """Yield the pages of a part, or the first page and the folders that the rest consists of."""
        page = self._ask(part.prefix, cancel)
        yield part.unseen(page.objects)
        if page.next_token and _is_of_few_folders(part.prefix, page.objects):
            level = self._ask(part.prefix, cancel, delimiter="/")
            if level.next_token is None and len(level.folders) <= _MOST_FOLDERS:
                seen = part.seen | {stored.key for stored in page.objects}
                yield _Part("", seen).unseen(level.objects)
                yield from (_Part(folder, seen) for folder in level.folders)
                return
        while page.next_token:
            page = self._ask(part.prefix, cancel, page.next_token)
            yield part.unseen(page.objects)

    def _ask(self, prefix: str, cancel: CancelToken, token: str = "", delimiter: str = "") -> documents.ListedPage:
        # Encoded, as XML can't carry every character that a key may have.
        arguments = {"encoding-type": "url", "list-type": "2", "prefix": prefix}
        arguments |= {"continuation-token": token} if token else {}
        arguments |= {"delimiter": delimiter} if delimiter else {}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(arguments.items()))
        answer = self._pipeline.one(Request("ListObjectsV2", "GET", self._bucket, "", query), cancel)
        cancel.raise_if_cancelled()
        try:
            return documents.listed_page(answer.body)
        except documents.DamagedError as error:
            title = "The list of files was damaged on the way"
            raise IntegrityError("damaged-on-the-way", title, "Try again.", self._bucket) from error


def _is_of_few_folders(prefix: str, objects: _Page) -> bool:
    names = {below[0] for stored in objects if (below := stored.key[len(prefix) :].partition("/"))[1]}
    return 0 < len(names) <= _MOST_FOLDERS_IN_PAGE


class _SideBySide:
    """Lists several parts, and those that they consist of, on a few threads.

    Args:
        list_part: yields the pages of a part, and parts.
        parts: to begin with.
        cancel: ends it.
    """

    def __init__(
        self,
        list_part: Callable[[_Part, CancelToken], Iterator[_Page | _Part]],
        parts: list[_Part],
        cancel: CancelToken,
    ) -> None:
        self._list_part = list_part
        self._cancel = cancel
        self._ended = CancelToken()
        self._lock = threading.Lock()
        self._unfinished = 0
        self._todo: queue.SimpleQueue[_Part | None] = queue.SimpleQueue()
        self._pages: queue.Queue[_Page | Exception | None] = queue.Queue(_PAGES_WAITING)
        for part in parts:
            self._add(part)

    def pages(self) -> Iterator[_Page]:
        """Yield the pages as they come."""
        take_back = self._cancel.on_cancel(self._stop)
        for _ in range(_THREADS):
            threading.Thread(target=self._work, name="listing", daemon=True).start()
        try:
            while (page := self._pages.get()) is not None:
                self._cancel.raise_if_cancelled()
                if isinstance(page, Exception):
                    raise page
                yield page
            self._cancel.raise_if_cancelled()
        finally:
            take_back()
            self._stop()

    def _add(self, part: _Part) -> None:
        with self._lock:
            self._unfinished += 1
        self._todo.put(part)

    def _work(self) -> None:
        while (part := self._todo.get()) is not None:
            try:
                for found in self._list_part(part, self._ended):
                    if isinstance(found, _Part):
                        self._add(found)
                    elif not self._offer(found):
                        return
            except Exception as error:  # whatever it is, who reads the listing raises it
                self._offer(error)
                return
            self._finish()

    def _finish(self) -> None:
        with self._lock:
            self._unfinished -= 1
            is_last = self._unfinished == 0
        if is_last:
            self._offer(None)
            self._release()

    def _stop(self) -> None:
        self._ended.cancel()
        self._release()
        with contextlib.suppress(queue.Full):  # when it is full, nobody waits for a page
            self._pages.put_nowait(None)

    def _release(self) -> None:
        for _ in range(_THREADS):
            self._todo.put(None)

    def _offer(self, page: _Page | Exception | None) -> bool:
        while not self._ended.is_cancelled:
            with contextlib.suppress(queue.Full):
                self._pages.put(page, timeout=0.2)
                return True
        return False
