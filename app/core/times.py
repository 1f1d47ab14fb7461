"""Times as whole numbers, for files that are sorted and compared by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = datetime(2, 1, 1, tzinfo=UTC)  # with room on both sides for any time zone
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


def microseconds(time: datetime) -> int:
    """Return an aware time as microseconds since 1970 UTC."""
    return (time - _EPOCH) // _MICROSECOND


def time_of(microseconds: int) -> datetime:
    """Return the time, aware UTC, that is so many microseconds since 1970 UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def time_of_file(modified_ns: int) -> datetime:
    """Return the time, aware UTC, that is so many nanoseconds since 1970 UTC; the nearest one that a date can tell.

    A damaged disk or archive leaves files of any year, and some file systems keep that.
    """
    return time_of(max(microseconds(_FIRST), min(modified_ns // 1000, microseconds(_LAST))))
