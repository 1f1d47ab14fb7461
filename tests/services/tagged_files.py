"""A bucket in memory, as far as tags are concerned, in which others write at the moments that a test chooses."""

from __future__ import annotations

from app.core.errors import MissingError, OutageError
from app.core.objects import TagPutResult, TagRead

OUTAGE = OutageError("no-connection", "No connection to the storage", "Check the network, then try again.")


class TaggedFiles:
    """The tags of files.

    Attributes:
        tags: by key.
        puts: what was written, in order, as key and tag set.
        refuses: error that a write of this key gets.
        unanswered: keys of which a write gets no answer; True where it is done all the same.
        ends_in: what is raised then.
    """

    def __init__(self, **tags: dict[str, str]) -> None:
        self.tags = {key: dict(found) for key, found in tags.items()}
        self.puts = []
        self.refuses = {}
        self.unanswered = {}
        self.ends_in = OUTAGE
        self._then = {"read": [], "written": []}

    def then(self, when: str, key: str, act) -> None:
        """Let `act` happen once, right after the next time that this file was "read" or "written"."""
        self._then[when].append((key, act))

    def read_tags(self, keys, cancel):
        for key in keys:
            cancel.raise_if_cancelled()
            if key in self.tags:
                read = TagRead(key, dict(self.tags[key]))
            else:
                read = TagRead(key, None, MissingError("gone", "The file isn’t in the storage any more", "", key))
            self._act("read", key)
            yield read

    def put_tags_many(self, puts, cancel):
        for put in puts:
            if cancel.is_cancelled:
                return
            self.puts.append((put.key, put.tags))
            if put.key in self.unanswered:
                if self.unanswered[put.key]:
                    self.tags[put.key] = dict(put.tags)
                yield TagPutResult(put, self.ends_in, is_unknown=True)
                raise self.ends_in
            if put.key in self.refuses:
                yield TagPutResult(put, self.refuses[put.key])
                continue
            self.tags[put.key] = dict(put.tags)
            self._act("written", put.key)
            yield TagPutResult(put)

    def _act(self, when, key):
        for item in [item for item in self._then[when] if item[0] == key][:1]:
            self._then[when].remove(item)
            item[1]()
