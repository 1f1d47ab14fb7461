"""Looking again at what was written, where a condition doesn't hold against another write in the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import takewhile
from time import monotonic

from app.core.errors import AppError, CancelledError
from app.core.job import CancelToken, limited_to
from app.core.objects import HeadRead
from app.core.ports.storage import ObjectStore
from app.services.uploads.items import Item

# Longer than such a server takes from looking at a name to writing it; completing many parts takes it longest.
_SMALL_SECONDS = 0.3
_LARGE_SECONDS = 2.0
_LAST_LOOK_SECONDS = 5.0


class SecondLook:
    """Files that the storage acknowledged and that are looked at before that is believed.

    Somebody else's write of the same name, whose condition was judged a moment earlier, may have come over ours.

    Args:
        storage: that was written to, and doesn't `writes_atomically`.
        cancel: ends it; a pause does not, as these files have been sent.
    """

    def __init__(self, storage: ObjectStore, cancel: CancelToken) -> None:
        self._storage = storage
        self._cancel = cancel
        self._unpaused = cancel.without_pauses()
        self._due_at: dict[Item, float] = {}  # in the order in which they were acknowledged
        self._can_look = True

    def add(self, item: Item) -> None:
        """Note a file that was acknowledged just now."""
        self._due_at[item] = monotonic() + (_SMALL_SECONDS if item.is_small else _LARGE_SECONDS)

    def at_due(self) -> Iterator[tuple[Item, bool]]:
        """Look at those whose time has come, many at once; yield each with whether it is what is there.

        What can't be looked at now is left for `at_all`: the answers to what was sent are still to be taken.
        """
        now = monotonic()
        if self._can_look:
            try:
                yield from self._look(takewhile(lambda item: self._due_at[item] <= now, self._due_at))
            except (AppError, CancelledError):
                self._can_look = False

    def at_all(self) -> Iterator[tuple[Item, bool]]:
        """Wait until the time of the last one has come and look at all that are left.

        Raises:
            AppError: the storage can't be reached.
            CancelledError: when cancelled.
        """
        if self._due_at:
            self._cancel.wait(max(0.0, max(self._due_at.values()) - monotonic()))
            self._cancel.raise_if_cancelled()
            yield from self._look(self._due_at)

    def at_the_end(self, unanswered: Iterable[Item]) -> Iterator[Item]:
        """Yield what is there of all that are left and of those that no answer came for; takes some seconds at most.

        What was acknowledged and can't be looked at any more is believed.
        """
        left = {item.key: item for item in (*unanswered, *self._due_at)}
        is_there: dict[Item, bool] = {}
        with suppress(AppError, CancelledError), limited_to(_LAST_LOOK_SECONDS) as patience:
            for read in self._storage.head_many(left, patience):
                item = left[read.key]
                is_there[item] = _is_there(item, read, is_acknowledged=item in self._due_at)
        yield from (item for item in left.values() if is_there.get(item, item in self._due_at))

    def _look(self, items: Iterable[Item]) -> Iterator[tuple[Item, bool]]:
        by_key = {item.key: item for item in items}
        for read in self._storage.head_many(by_key, self._unpaused):
            item = by_key[read.key]
            del self._due_at[item]
            yield item, _is_there(item, read, is_acknowledged=True)


def _is_there(item: Item, read: HeadRead, is_acknowledged: bool) -> bool:
    if read.error is not None:  # who may write need not be allowed to look; then the storage's word stands
        return is_acknowledged
    return read.head is not None and item.is_own(read.head)
