"""The option `--limit` of commands that move files."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError


def add_limit_option(parser: ArgumentParser) -> None:
    """Declare it; `Context.settings` heeds it."""
    parser.add_argument(
        "--limit", type=_mbit, metavar="MBIT", help="most megabits a second; a lower one in the settings stays"
    )


def _mbit(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} isn’t a whole number of megabits, 1 or more")
    return int(text)
