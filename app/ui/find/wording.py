"""What the find page says about a search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import AppError, OutageError, RefusalError, SignInError
from app.core.events import TagCounted
from app.core.query import Joined, Query, Relation
from app.core.search_report import SearchReport
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
        near: values in use that may have been meant.
        begins_with: a start that other tags may have; empty for no offer.
        offers_all: whether *Show all files* helps.
        offers_retry: whether *Try again* may help.
        offers_everything: whether *Search everything* helps: asking the storage, not the local index.
        offers_unfiltered: whether *Remove filters* helps.
        offers_details: whether IT needs to know.
    """

    icon: str
    title: str
    text: str = ""
    near: tuple[TagCounted, ...] = ()
    begins_with: str = ""
    offers_all: bool = False
    offers_retry: bool = False
    offers_everything: bool = False
    offers_unfiltered: bool = False
    offers_details: bool = False


NOTHING_TYPED = Emptiness("find", "Type a tag", "Every file that carries it appears here.", offers_all=True)
NOTHING_STORED = Emptiness("upload", "Nothing here yet", "Drop files to begin.")
STILL_RUNNING = "The search is still running. Select files, or press Stop."
OFFLINE = "Needs a connection"
CONNECTING = Emptiness("find", "Connecting to your files", "This takes a moment.")


def running(searching: Searching, files: int) -> str:
    """Return how far a search is: "Searching, 142 files so far, 12,400 looked at, of 20,000", "Checking 142 files"."""
    if searching.known:
        return f"Checking {words.files(searching.known)}"
    scanned = searching.scanned
    text = f"Searching, {words.files(files)} so far, {scanned.looked_at:,} looked at"
    return text if scanned.total is None else f"{text}, of {scanned.total:,}"


def fraction(searching: Searching) -> float | None:
    """Return how far a search is, 0.0 to 1.0; None where nobody knows."""
    if searching.known:
        return min(searching.checked / searching.known, 1.0)
    scanned = searching.scanned
    return scanned.looked_at / scanned.total if scanned.total else None


def ended(searching: Searching, files: int, shown_at: datetime) -> str:
    """Return what stands above the list once a search has ended.

    Args:
        searching: the search.
        files: that were found.
        shown_at: when that was, in the zone that is shown.
    """
    ending = searching.ending
    if ending is None:
        return ""
    if ending.report is not None:
        return f"Up to date at {words.clock(ending.report.fresh_at.astimezone(shown_at.tzinfo))}"
    if ending.is_stopped and searching.known:
        return f"Stopped, {searching.checked:,} of {words.files(searching.known)} looked at"
    if ending.is_stopped:
        return f"Stopped, {words.files(files)} found, {searching.scanned.looked_at:,} looked at"
    return f"As of {words.clock(shown_at)}"


def again(report: SearchReport | None) -> str:
    """Return what the button says that searches once more."""
    return "Search everything again" if report is not None and report.engine == "index" else "Search again"


def unsure(is_running: bool) -> str:
    """Return why files can't be taken away that the index knows of, and nobody has looked at since."""
    if not is_running:
        return "Some of these files weren’t looked at again. Search again first."
    return "These files are still being looked at."


def unreadable(number: int) -> str:
    """Return how many objects couldn't be looked at."""
    return f"{words.files(number)} couldn’t be looked at"


def sought(query: Query) -> str:
    """Return the only value that is looked for; empty where there are more, or none."""
    is_one = len(query.terms) == 1 and query.terms[0].relation is not Relation.IS_NOT
    return query.terms[0].value if is_one else ""


def no_match(query: Query, looked_at: int, near: tuple[TagCounted, ...] = ()) -> Emptiness:
    """Return why a search that ended well has found nothing; `near` are values that may have been meant."""
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
    text = "These tags are close to it:" if near else ""
    if term.relation is Relation.BEGINS_WITH:
        return Emptiness("find", f"No tag begins with {words.quoted(term.value)}", text, near, offers_all=True)
    start = term.value[:_START_LENGTH].strip()
    title = f"No file has the tag {words.quoted(term.value)}"
    return Emptiness("find", title, text, near, begins_with=start, offers_all=True)


def filtered_out(found: int) -> Emptiness:
    """Return why none of the files that were found is shown."""
    text = f"{words.files(found)} {'was' if found == 1 else 'were'} found without them."
    return Emptiness("find", "No file fits the filters", text, offers_unfiltered=True)


def scope(rows: int, found: int, is_running: bool) -> str:
    """Return which files are meant where none is selected."""
    if rows < found:
        return f"{rows:,} of {words.files(found)} shown"
    if is_running:
        return f"{words.files(rows)} so far"
    return f"All {words.files(rows)}" if rows > 1 else "1 file"


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
    if error.code == "no-index":
        return Emptiness(
            "find", error.title, "It is being made. You can search everything now.", offers_everything=True
        )
    if isinstance(error, OutageError):
        if error.code == "no-connection":
            return Emptiness("offline", "No connection", "Check the network, then try again.", offers_retry=True)
        return Emptiness("offline", error.title, error.detail, offers_retry=True)
    is_for_it = not isinstance(error, SignInError)
    return Emptiness("alert", error.title, error.detail, offers_retry=True, offers_details=is_for_it)
