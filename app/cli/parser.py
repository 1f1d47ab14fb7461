"""The command line's words; `app.cli.main` runs them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from app import __version__
from app.core.errors import InputError


class UsageError(InputError):
    """The command line can't be understood."""

    def __init__(self, title: str, detail: str = "See tagdrop --help.") -> None:
        super().__init__("usage", title, detail)


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the program."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`."""
        raise UsageError(message[:1].upper() + message[1:], f"See {self.prog} --help.")


def add_common_options(command: argparse.ArgumentParser) -> None:
    """Declare the options that every command takes, before its name or behind it."""
    _declare(command, argparse.SUPPRESS, argparse.SUPPRESS)  # a default would overrule what stands before the name


def transfer_id(text: str) -> int:
    """Return the number of a transfer, as `tagdrop transfers` lists it.

    Raises:
        ArgumentTypeError: none has such a number.
    """
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} isn’t a number that `tagdrop transfers` lists")
    return int(text)


def new_parser() -> Parser:
    """Return the parser without any command yet."""
    parser = Parser(
        prog="tagdrop",
        description="Drop files, type a tag; later type the tag and take every file that carries it as one ZIP.",
        epilog="Without a command it opens the window.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tagdrop {__version__}")
    _declare(parser, None, False)
    return parser


def _declare(parser: argparse.ArgumentParser, no_file: str | None, no_flag: str | bool) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", default=no_file, help="settings that overrule the installed ones"
    )
    parser.add_argument(
        "--json", action="store_true", default=no_flag, help="one JSON object a line on stdout, and nothing else"
    )
    parser.add_argument("-v", "--verbose", action="store_true", default=no_flag, help="details for IT on stderr")
