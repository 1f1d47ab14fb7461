"""The Tagdrop link: a search, and perhaps a finished ZIP, as an address that a colleague opens in their own Tagdrop."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from app.core.errors import InputError
from app.core.keys import MAX_KEY_BYTES
from app.core.query import Query, query_from_text, query_to_text
from app.core.staging import place_of
from app.core.tags import visible

SCHEME = "tagdrop:"
"""What every link begins with."""

_FIND = "find"
_ARCHIVE = "zip"
_SHARED = "shared/"
_LONGEST = 32_000  # a command line on Windows has 32,767 characters


@dataclass(frozen=True, slots=True)
class Link:
    """What a link leads to.

    Attributes:
        query: the search.
        archive_key: of the finished ZIP in the staging bucket; None where there is none.
    """

    query: Query
    archive_key: str | None = None


def is_link(text: str) -> bool:
    """Tell whether a text that was pasted or given means to be a link."""
    return text.strip()[: len(SCHEME)].casefold() == SCHEME


def link_to_text(link: Link) -> str:
    """Return the link as text, for example `tagdrop:find?is=Lot+1&zip=…`; nothing in it is secret."""
    parts = [query_to_text(link.query)]
    if link.archive_key is not None:
        parts.append(urlencode({_ARCHIVE: link.archive_key.removeprefix(_SHARED)}, safe="/"))
    return f"{SCHEME}{_FIND}?{'&'.join(part for part in parts if part)}"


def link_from_text(text: str) -> Link:
    """Read what `link_to_text` wrote; it may come from a stranger.

    Raises:
        InputError: `link-unreadable`, it isn't such a text.
    """
    text = text.strip()
    action, _, parameters = text[len(SCHEME) :].partition("?")
    # Browsers and mail programs write `//` and a slash of their own.
    if not is_link(text) or action.strip("/").casefold() != _FIND or len(text) > _LONGEST:
        raise _unreadable(text)
    pairs = parameters.split("&") if parameters else []
    archives = [pair for pair in pairs if pair.startswith(f"{_ARCHIVE}=")]
    if len(archives) > 1:
        raise _unreadable(text)
    try:
        query = query_from_text("&".join(pair for pair in pairs if pair not in archives))
        archive_key = _archive_key(archives[0]) if archives else None
    except (InputError, ValueError):
        raise _unreadable(text) from None
    if any(visible(term.value) != term.value for term in query.terms):
        raise _unreadable(text)
    return Link(query, archive_key)


def _archive_key(parameter: str) -> str:
    """Return the key of the ZIP that a parameter names.

    Raises:
        ValueError: it names anything else.
    """
    ((_, value),) = parse_qsl(parameter, strict_parsing=True, errors="strict")
    key = f"{_SHARED}{value}"
    place = place_of(key)
    is_ours = place is not None and place.is_shared and place.is_archive(key)
    if not is_ours or len(key.encode()) > MAX_KEY_BYTES or visible(key) != key or not key.endswith(".zip"):
        raise ValueError(parameter)
    return key


def _unreadable(text: str) -> InputError:
    return InputError("link-unreadable", "This link can’t be read", "Ask for the link again.", visible(text[:200]))
