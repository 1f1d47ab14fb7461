"""What becomes of a file whose name is in use: it is there already, or somebody decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from urllib.parse import unquote

from app.core.conflicts import Choice, Conflict
from app.core.errors import LocalFileError
from app.core.job import CancelToken
from app.core.keys import numbered
from app.core.objects import UPLOADED_BY_METADATA, ObjectHead
from app.core.ports.conflicts import ConflictResolver
from app.core.ports.storage import ObjectStore
from app.core.tags import TagRules
from app.core.times import time_of_file
from app.services.uploads.items import Item
from app.services.uploads.names import StoredFile, free_number, has_same_content, stored_files
from app.services.uploads.sources import crc32_of


class Verdict(Enum):
    """What becomes of a file whose name was in use."""

    STORED = "our own request had reached the storage, though its answer was lost"
    ALREADY_THERE = "the same file with the same tags is stored"
    SKIPPED = "it is not uploaded"
    SEND_AGAIN = "it is sent again, under another name or another condition"


class Settler:
    """Settles conflicts of one upload; remembers an answer that was given for all.

    Args:
        storage: where the names are in use.
        resolver: decides.
        rules: tell which tags count.
        allow_replace: whether a stored file may be replaced.
        taken: keys that this upload uses itself; grows.
        cancel: ends it.
        for_all: what was decided for all files before; None where nothing was.
        decided: hears of such a decision.
    """

    def __init__(
        self,
        storage: ObjectStore,
        resolver: ConflictResolver,
        rules: TagRules,
        allow_replace: bool,
        taken: set[str],
        cancel: CancelToken,
        for_all: Choice | None,
        decided: Callable[[Choice], None],
    ) -> None:
        self._storage = storage
        self._resolver = resolver
        self._rules = rules
        self._allow_replace = allow_replace
        self._taken = taken
        self._cancel = cancel
        self._for_all = for_all
        self._decided = decided

    def settle(self, items: Sequence[Item]) -> Iterator[tuple[Item, Verdict]]:
        """Yield what becomes of each item; one that is to be sent again was changed accordingly.

        Raises:
            AppError: the storage refuses a look at what it has, or can't be reached.
            CancelledError: the upload was cancelled, here or by whoever decides.
        """
        stored = stored_files([item.key for item in items], self._storage, self._cancel)
        open_items: list[tuple[Item, StoredFile]] = []
        for item in items:
            found = stored.get(item.key)
            if found is None:  # it is gone again
                item.write_anew()
                yield item, Verdict.SEND_AGAIN
            elif item.is_own(found.head) and item.tags and found.tags == {}:
                item.write_over(
                    found.head.stored.etag
                )  # a server that takes tags only afterwards, and a crash before that
                yield item, Verdict.SEND_AGAIN
            elif self._is_own(item, found.head):
                yield item, Verdict.STORED
            elif item.is_resumed and item.wrote(found.head) and self._allow_replace:
                item.is_resumed = False
                item.write_over(found.head.stored.etag)  # the file changed after it was stored unnoticed
                yield item, Verdict.SEND_AGAIN
            elif self._is_there(item, found):
                yield item, Verdict.ALREADY_THERE
            else:
                open_items.append((item, found))
        for position, (item, found) in enumerate(open_items, start=1):
            yield item, self._decide(item, found, position, len(open_items))

    def _is_own(self, item: Item, head: ObjectHead) -> bool:
        if item.is_resumed and item.wrote(head) and item.crc32 is None and head.crc32 is not None:
            try:
                item.crc32 = crc32_of(item.source, self._cancel)
            except LocalFileError as error:
                if error.code == "file-changed":
                    return False
        return item.is_own(head)

    def _is_there(self, item: Item, found: StoredFile) -> bool:
        has_same_tags = found.tags is not None and self._rules.are_same(found.tags, item.tags)
        return has_same_tags and has_same_content(item.source, found.head, self._cancel)

    def _decide(self, item: Item, found: StoredFile, position: int, total: int) -> Verdict:
        self._cancel.raise_if_cancelled()
        if item.number > 1:  # a copy by now; only its number was taken too
            self._keep_both(item, self._free_number(item))
            return Verdict.SEND_AGAIN
        choice = self._for_all
        number = 2
        if choice is None:
            number = self._free_number(item)
            choice = self._ask(item, found, number, position, total)
        if choice is Choice.SKIP:
            return Verdict.SKIPPED
        if choice is Choice.REPLACE and self._allow_replace:
            item.replace(found.head.stored.etag)
        else:
            self._keep_both(item, number)
        return Verdict.SEND_AGAIN

    def _ask(self, item: Item, found: StoredFile, number: int, position: int, total: int) -> Choice:
        conflict = Conflict(
            path=item.source.path,
            size_bytes=item.source.size_bytes,
            modified_at=time_of_file(item.source.modified_ns),
            stored=found.head.stored,
            uploaded_by=unquote(found.head.metadata.get(UPLOADED_BY_METADATA, "")),
            free_key=numbered(item.wanted_key, number),
            position=position,
            total=total,
            can_replace=self._allow_replace,
        )
        resolution = self._resolver.resolve(conflict, self._cancel)
        if resolution.for_all:
            self._for_all = resolution.choice
            self._decided(resolution.choice)
        return resolution.choice

    def _free_number(self, item: Item) -> int:
        return free_number(item.wanted_key, self._taken, self._storage, self._cancel)

    def _keep_both(self, item: Item, number: int) -> None:
        while numbered(item.wanted_key, number) in self._taken:
            number += 1
        item.keep_both(number)
        self._taken.add(item.key)
