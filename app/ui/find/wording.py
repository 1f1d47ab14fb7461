"""What the find page says about a search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import AppError, OutageError, RefusalError, SignInError
from app.core.query import Joined, Query, Relation
from app.ui import words
from app.ui.find.searching import Searching

_START_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Why there are no rows.

    Attributes:
        icon: its name.
        title: one line.
        text: one or two sentences; may be empty.
        begins_with: a start that other tags may have; empty for no offer.
        offers_all: whether *Show all files* helps.
        offers_retry: whether *Try again* may help.
        offers_details: whether IT needs to know.
    """

    icon: str
    title: str
    text: str = ""
    begins_with: str = ""
    offers_all: bool = False
    offers_retry: bool = False
    offers_details: bool = False


NOTHING_TYPED = Emptiness("find", "Type a tag", "Every file that carries it appears here.", offers_all=True)
NOTHING_STORED = Emptiness("upload", "Nothing here yet", "Drop files to begin.")
CONNECTING = Emptiness("find", "Connecting to your files", "This takes a moment.")


def running(searching: Searching, rows: int) -> str:
    """Return how far a search is: "Searching, 142 files so far, 12,400 looked at, of 20,000"."""
    scanned = searching.scanned
    text = f"Searching, {words.files(rows)} so far, {scanned.looked_at:,} looked at"
    return text if scanned.total is None else f"{text}, of {scanned.total:,}"


def ended(searching: Searching, rows: int, now: datetime) -> str:
    """Return what stands above the list once a search has ended."""
    ending = searching.ending
    if ending is None:
        return ""
    if ending.report is not None:
        return f"Up to date at {words.clock(ending.report.fresh_at.astimezone(now.tzinfo))}"
    if ending.is_stopped:
        return f"Stopped, {words.files(rows)} found, {searching.scanned.looked_at:,} looked at"
    return f"As of {words.clock(now)}"


def unreadable(number: int) -> str:
    """Return how many objects couldn't be looked at."""
    return f"{words.files(number)} couldn’t be looked at"


def no_match(query: Query, looked_at: int) -> Emptiness:
    """Return why a search that ended well has found nothing."""
    if looked_at == 0:
        return NOTHING_STORED
    included = [term for term in query.terms if term.relation is not Relation.IS_NOT]
    if query.is_everything:
        return NOTHING_STORED
    if len(included) != 1 or len(query.terms) != 1:
        how = "any" if query.joined is Joined.ANY else "all"
        title = f"No file has {how} of these tags" if len(included) > 1 else "No file fits these tags"
        return Emptiness("find", title, "Remove one of them to find more.", offers_all=True)
    term = included[0]
    if term.relation is Relation.BEGINS_WITH:
        return Emptiness("find", f"No tag begins with {words.quoted(term.value)}", offers_all=True)
    start = term.value[:_START_LENGTH].strip()
    return Emptiness("find", f"No file has the tag {words.quoted(term.value)}", begins_with=start, offers_all=True)


def failure(error: AppError) -> Emptiness:
    """Return what is said instead of a list that couldn't be had."""
    if isinstance(error, RefusalError) and error.code == "forbidden":
        return Emptiness(
            "noaccess",
            "You don’t have access to these files",
            "Your IT team decides who can find files. Send them the details: they say who you are and what was "
            "asked for.",
            offers_retry=True,
            offers_details=True,
        )
    if isinstance(error, OutageError):
        if error.code == "no-connection":
            return Emptiness("offline", "No connection", "Check the network, then try again.", offers_retry=True)
        return Emptiness("offline", error.title, error.detail, offers_retry=True)
    is_for_it = not isinstance(error, SignInError)
    return Emptiness("alert", error.title, error.detail, offers_retry=True, offers_details=is_for_it)
