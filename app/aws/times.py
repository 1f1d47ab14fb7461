"""Reading the times that the storage answers with."""

from __future__ import annotations

from datetime import datetime

from botocore.utils import parse_timestamp


def parse_time(value: str) -> datetime:
    """Return a time of an answer, aware; for botocore, whose own parser takes most of the time of a listing.

    Raises:
        ValueError: it isn't one of the forms that AWS uses: ISO 8601 in listings, RFC 822 in headers, seconds.
    """
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return parse_timestamp(value)
    return found if found.tzinfo else parse_timestamp(value)
