"""Carrying out what a person wants of single files of an upload that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from app.core.errors import LocalFileError
from app.core.events import UploadStatus
from app.core.file_wishes import FileWishes
from app.core.job import CancelToken
from app.services.uploads.items import Item
from app.services.uploads.tally import Tally


class WishedFiles:
    """Leaves files out and takes up again those that failed; only in the thread that uploads.

    Args:
        wishes: what is wanted.
        items: all files that are to be uploaded.
        tally: is told their end.
        free: frees the parts of a file that had been sent before an interruption; raises nothing.
    """

    def __init__(self, wishes: FileWishes, items: Iterable[Item], tally: Tally, free: Callable[[Item], None]) -> None:
        self._wishes = wishes
        self._items = {item.place: item for item in items}
        self._tally = tally
        self._free = free

    def heed(self) -> None:
        """Skip the files that were left out and of which nothing is under way."""
        for place in self._wishes.take_left_out():
            item = self._items.get(place)
            if item is None or item.is_under_way:
                continue
            if self._tally.has_failed(item):
                self._tally.take_back(item, is_tried_again=False)
            if not item.is_done:
                self._skip(item)

    def wanted(self, items: Iterable[Item]) -> list[Item]:
        """Return those of `items` that weren't left out; the others are skipped."""
        return [item for item in items if self.is_wanted(item)]

    def is_wanted(self, item: Item) -> bool:
        """Tell whether a file is to be uploaded still; one that was left out is skipped."""
        if not item.is_done and self._wishes.is_left_out(item.place):
            self._skip(item)
        return not item.is_done

    def stopping(self, item: Item, cancel: CancelToken) -> AbstractContextManager[CancelToken]:
        """Yield a token for a file while it is sent: cancelled with `cancel` or when it is left out."""
        return self._wishes.stopping(item.place, cancel)

    def again(self) -> list[Item]:
        """Return the files that failed and shall be tried again, as they are now."""
        failed = [self._items[place] for place in self._wishes.take_again() if place in self._items]
        return [item for item in failed if self._tally.has_failed(item) and self._is_back(item)]

    def _is_back(self, item: Item) -> bool:
        self._tally.take_back(item, is_tried_again=True)
        item.restarts = 0
        item.is_under_way = False
        try:
            item.look_again()
        except LocalFileError as error:
            self._tally.finish(item, UploadStatus.FAILED, error)
            return False
        return True

    def _skip(self, item: Item) -> None:
        self._free(item)
        self._tally.finish(item, UploadStatus.SKIPPED)
