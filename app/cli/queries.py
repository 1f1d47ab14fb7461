"""The search options that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from app.cli.parser import UsageError
from app.core.query import ENGINES, Joined, Query, query_of


def add_query_options(parser: ArgumentParser) -> None:
    """Declare values and options of a search."""
    parser.add_argument("values", nargs="*", metavar="V", help="a tag; with a trailing * tags that begin with it")
    parser.add_argument("--any", action="store_true", help="files with any of the tags, not all of them")
    parser.add_argument(
        "--not", dest="excluded", action="append", default=[], metavar="V", help="leave out files with this tag"
    )
    parser.add_argument("--everything", action="store_true", help="every file, whatever its tags")
    parser.add_argument("--engine", choices=ENGINES, default=None, help="what answers the search")


def query_from(arguments: Namespace) -> Query:
    """Return the query that was asked for.

    Raises:
        UsageError: neither a tag nor `--everything`, or both; or `--not` with a trailing `*`.
        InputError: a tag is empty.
    """
    has_terms = bool(arguments.values or arguments.excluded)
    if has_terms and arguments.everything:
        raise UsageError("Give tags or --everything, not both")
    if not has_terms and not arguments.everything:
        raise UsageError("Give at least one tag, or --everything")
    if any(value.endswith("*") for value in arguments.excluded):
        raise UsageError("--not takes a whole tag, without a trailing *")
    return query_of(arguments.values, arguments.excluded, Joined.ANY if arguments.any else Joined.ALL)
