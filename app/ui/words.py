"""Numbers, sizes and times as the window says them."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.core.tags import visible

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")


def count(number: int, one: str, many: str = "") -> str:
    """Return number and noun: "1 file", "12,400 files".

    Args:
        number: how many.
        one: the noun for one.
        many: the noun for any other number; `one` and an s where empty.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def files(number: int) -> str:
    """Return "1 file", "38 files"."""
    return count(number, "file")


def size(size_bytes: int) -> str:
    """Return a size in decimal units: "1 byte", "348 KB", "2.0 MB", "22.4 MB", "92 MB", "214 MB"."""
    if size_bytes == 1:
        return "1 byte"
    unit = _unit_of(size_bytes)
    figures = f"{size_bytes / 1000**unit:.{_decimals(size_bytes, unit)}f}"
    return f"{figures.removesuffix('.0') if len(figures) > 3 else figures} {_UNITS[unit]}"


def size_of(done_bytes: int, total_bytes: int) -> str:
    """Return how much of a whole is done, as finely as the whole is told: "80 of 214 MB", "4.6 of 6.8 MB"."""
    unit = _unit_of(total_bytes)
    decimals = _decimals(total_bytes, unit)
    done, total = (f"{part / 1000**unit:.{decimals}f}" for part in (done_bytes, total_bytes))
    return f"{done} of {total} {_UNITS[unit]}"


def speed(bytes_per_second: float) -> str:
    """Return a speed: "348 KB/s", "5.2 MB/s"."""
    return f"{size(max(1000, round(bytes_per_second)))}/s"


def date(moment: datetime, now: datetime) -> str:
    """Return a past moment in the zone of `now`: "Today, 09:14", "19 Nov, 11:40", "3 Feb 2024, 08:00".

    Args:
        moment: aware.
        now: aware, in the zone that is shown.
    """
    local = moment.astimezone(now.tzinfo)
    return f"{_day(local, now)}, {clock(local)}"


def made(moment: datetime, now: datetime) -> str:
    """Return a past moment inside a sentence: "today at 09:31", "on 19 Nov at 11:40"."""
    local = moment.astimezone(now.tzinfo)
    day = _day(local, now)
    return f"{day.lower() if day in ('Today', 'Yesterday') else f'on {day}'} at {clock(local)}"


def clock(moment: datetime) -> str:
    """Return the time of day: "09:14"."""
    return f"{moment:%H:%M}"


def time_left(left: timedelta) -> str:
    """Return how long something still lives: "23 h 12 min left", "46 min left", "12 s left"."""
    seconds = max(0, int(left.total_seconds()))
    minutes = seconds // 60
    if seconds < 60:
        return f"{seconds} s left"
    if minutes < 60:
        return f"{minutes} min left"
    return f"{minutes // 60} h {minutes % 60} min left"


def about_left(seconds: float) -> str:
    """Return an estimate in a few words: "a few seconds left", "about 2 minutes left"."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 55:
        return f"about {round(seconds / 10) * 10} seconds left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {count(max(1, minutes), 'minute')} left"
    hours = round(seconds / 3600)
    return f"about {count(hours, 'hour')} left"


def duration(seconds: float) -> str:
    """Return how long something took: "12 seconds", "2 minutes 40 seconds", "1 hour 5 minutes"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return count(whole, "second")
    if whole < 3600:
        return _two(whole // 60, "minute", whole % 60, "second")
    return _two(whole // 3600, "hour", whole % 3600 // 60, "minute")


def name(text: str) -> str:
    """Return a name from a stranger for a sentence: unseen characters marked, its direction kept to itself.

    The isolates are those of Unicode Standard Annex #9, FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE.
    """
    return f"\u2068{visible(text)}\u2069"


def quoted(text: str) -> str:
    """Return a name in a sentence, in quotation marks."""
    return f"“{name(text)}”"


def _unit_of(size_bytes: int) -> int:
    unit, value = 0, float(size_bytes)
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    return unit


def _decimals(size_bytes: int, unit: int) -> int:
    # One where it tells something: 6.8 MB and 22.4 MB, but 348 KB and 214 MB.
    return 1 if unit >= 2 and size_bytes / 1000**unit < 99.95 else 0


def _day(local: datetime, now: datetime) -> str:
    days = (now.date() - local.date()).days
    if days == 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    day = f"{local.day} {_MONTHS[local.month - 1]}"
    return day if local.year == now.year else f"{day} {local.year}"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    first = count(large, large_unit)
    return f"{first} {count(small, small_unit)}" if small else first
