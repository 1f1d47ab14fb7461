"""The page on which people sign in by choosing who they are."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from app.demo.access import DOMAIN
from app.demo.provider.people import Person

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }}
main {{ max-width: 26rem; margin: 3rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }}
ul {{ list-style: none; padding: 0; }}
button {{ font: inherit; width: 100%; text-align: start; padding: .6rem .9rem; margin: .25rem 0; cursor: pointer; }}
button span {{ display: block; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def choice_page(people: Iterable[Person], action: str) -> str:
    """Return the page that asks who is signing in.

    Args:
        people: in the order of the page.
        action: address that the choice is sent to as `person`: a `sub`, or empty for nobody.
    """
    rows = "\n".join(
        f'<li><button name="person" value="{escape(person.subject)}">'
        f"<span>{escape(person.name)}</span> <span>{escape(person.email)}</span> <span>{_kind(person)}</span>"
        "</button></li>"
        for person in people
    )
    body = (
        "<p>This page belongs to the demo on this computer and stands for Google’s. It asks for no password.</p>\n"
        f'<form method="post" action="{escape(action)}">\n<ul>\n{rows}\n</ul>\n'
        '<button name="person" value="">Cancel</button>\n</form>'
    )
    return _PAGE.format(title="Choose an account", body=body)


def error_page(text: str) -> str:
    """Return the page for a request that came from no program that is known here."""
    return _PAGE.format(title="This sign-in can’t go on", body=f"<p>{escape(text)}</p>")


def _kind(person: Person) -> str:
    if person.domain is None:
        return "Personal account"
    return "Work account" if person.domain == DOMAIN else "Work account of another organisation"
