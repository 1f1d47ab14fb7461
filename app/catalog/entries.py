"""What is learnt and known of single objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.objects import StoredObject
from app.core.tags import TagSet


@dataclass(frozen=True, slots=True)
class Entry:
    """What was learnt about one object.

    Attributes:
        stored: the object.
        tags: its tag set; None where it can't be read.
        read_at: when its tags were read, aware UTC.
    """

    stored: StoredObject
    tags: TagSet | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Retagged:
    """The tag set that an object has got.

    Attributes:
        key: of the object.
        tags: its tag set now.
        at: when it got it, aware UTC.
    """

    key: str
    tags: TagSet
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the index holds of one object.

    Attributes:
        number: its row; never used again for another object.
        stored: size, time and ETag when its tags were read.
        is_readable: whether its tags could be read then.
    """

    number: int
    stored: StoredObject
    is_readable: bool

    def is_still(self, stored: StoredObject) -> bool:
        """Tell whether the object that a listing shows is the one whose tags were read."""
        return self.is_readable and self.stored == stored
