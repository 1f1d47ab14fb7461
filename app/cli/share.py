"""`tagdrop share`: a link for colleagues, or for anyone, to every file that carries the tags."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta

from app.cli.catalogs import catalog_for
from app.cli.context import Context
from app.cli.fetch import collect, print_packing
from app.cli.output import Output, timestamp
from app.cli.parser import UsageError
from app.cli.queries import add_query_options, query_from
from app.core.errors import ConfigurationError
from app.core.events import Match
from app.core.job import Job
from app.core.links import Link, link_to_text
from app.core.query import Query
from app.core.sharing import PUBLIC_LIFE, ShareRequest
from app.core.staging import LIFETIME
from app.services.search import search
from app.services.share import SharedLink
from app.services.wording import early_end_text, files_text
from app.settings.model import Settings

_UNITS = {"m": "minutes", "h": "hours"}


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_query_options(parser)
    parser.add_argument(
        "--search-only", action="store_true", help="a link to the search alone; nothing is copied and it never ends"
    )
    parser.add_argument(
        "--public", action="store_true", help="a link that works without signing in, where IT allows it"
    )
    parser.add_argument(
        "--expires", type=_duration, metavar="TIME", help="how long a public link works: 8h (the default) or 30m, say"
    )


def run(context: Context) -> int:
    """Make the ZIP and print the link to it, or print the link to the search."""
    arguments, output = context.arguments, context.output
    query = query_from(arguments)
    _check(context)
    if arguments.search_only:
        _print_link(link_to_text(Link(query)), None, output)
        return 0
    link, is_complete = _made(query, context)
    print_shared(link, output)
    return 1 if link.zipped.failures or not is_complete else 0


def print_shared(link: SharedLink, output: Output) -> None:
    """Print a link, and who can open it until when."""
    if link.is_public:
        _print_public(link, output)
        return
    files, end = files_text(link.zipped.files), timestamp(link.expires_at)
    output.warn(f"{files}. Colleagues open it in their own Tagdrop until {end}.")
    _print_link(link.text, link.expires_at, output)


def _check(context: Context) -> None:
    """Raise where the options don't go together or aren't allowed; said before anything is searched or copied."""
    arguments = context.arguments
    if arguments.public and arguments.search_only:
        raise UsageError("A public link leads to a ZIP: leave out --search-only or --public")
    if arguments.expires and not arguments.public:
        raise UsageError("--expires goes with --public", "A Tagdrop link ends with the ZIP, after 24 hours.")
    if arguments.public and not context.settings.share.public_links:
        raise public_links_off(context.settings)


def public_links_off(settings: Settings) -> ConfigurationError:
    """Return why there are no public links."""
    return ConfigurationError(
        "public-links-off",
        f"Public links are turned off by {settings.organization.name or 'your organisation'}",
        "Share the Tagdrop link instead: colleagues open it under their own sign-in.",
    )


def _made(query: Query, context: Context) -> tuple[SharedLink, bool]:
    """Return the link, and whether everything could be looked at."""
    arguments, services, output = context.arguments, context.services, context.output
    found: list[Match] = []
    catalog = catalog_for(context, arguments.engine)
    report = search(query, catalog, Job(context.cancel, lambda event: collect(event, found, output)))
    files = tuple(sorted(found, key=lambda match: match.stored.key))
    public_for = (arguments.expires or PUBLIC_LIFE) if arguments.public else None
    request = ShareRequest(files, query, services.identity.user_id, public_for)
    job = Job(context.cancel, lambda event: print_packing(event, output))
    return services.linker.make(request, job), report.is_complete


def _print_public(link: SharedLink, output: Output) -> None:
    if why := early_end_text(link):
        ends, wanted = timestamp(link.expires_at), timestamp(link.wanted_until)
        output.warn(f"It ends at {ends} already, not at {wanted}, because {why}.")
    output.warn(f"Anyone who has this link can open it until {timestamp(link.expires_at)}.")
    _print_link(link.text, link.expires_at, output, is_public=True)


def _print_link(link: str, expires_at: datetime | None, output: Output, *, is_public: bool = False) -> None:
    fields = {"link": link, "public": is_public, "expires_at": timestamp(expires_at) if expires_at else None}
    output.event("link", fields, link)


def _duration(text: str) -> timedelta:
    """Return what `8h` or `30m` means."""
    found = re.fullmatch(r"([1-9]\d{0,3})([mh])", text)
    duration = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < duration <= LIFETIME:
        raise ArgumentTypeError(f"{text} is no time like 8h or 30m, of at most 24h")
    return duration
