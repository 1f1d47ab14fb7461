"""A browser for one purpose: it opens sign-in pages, fills in their forms and goes where that leads.

As a program it stands in for the system's browser; `environment_of` says how. It needs the standard library only.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPMessage
from pathlib import Path
from typing import IO

CANCEL = "Cancel"


@dataclass(frozen=True)
class Page:
    """What the browser shows.

    Attributes:
        address: of the page, or where it leads.
        status: HTTP status.
        text: HTML.
    """

    address: str
    status: int
    text: str

    def query(self) -> dict[str, str]:
        """Return the address's parameters."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.address).query))


class Browser:
    """Keeps cookies from page to page."""

    def __init__(self, *, follows: bool = True) -> None:
        """Take whether it goes where it is sent, or only tells where that is."""
        stays = [] if follows else [_Stay]
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), *stays)

    def open(self, address: str, form: dict[str, str] | None = None) -> Page:
        """Open a page."""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            with self._opener.open(address, data, timeout=20) as answer:
                return Page(answer.url, answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.headers.get("Location", error.url), error.code, error.read().decode())

    def choose(self, page: Page, label: str) -> Page:
        """Press the one button of a page that has `label` among its words."""
        form = _form_of(page)
        found = [(name, value) for words, name, value in form.buttons if label in words.split()]
        if len(found) != 1:
            raise LookupError(f"{len(found)} buttons for {label} at {page.address} ({page.status})")
        return self.open(urllib.parse.urljoin(page.address, form.action), {**form.values, **dict(found)})

    def fill(self, page: Page, **values: str) -> Page:
        """Fill in the form of a page and send it."""
        form = _form_of(page)
        if not set(values) <= set(form.values):
            raise LookupError(f"no {set(values) - set(form.values)} at {page.address} ({page.status})")
        return self.open(urllib.parse.urljoin(page.address, form.action), {**form.values, **values})


def visit(address: str, who: str) -> Page:
    """Open a sign-in page, choose the account `who`, and return what is shown then."""
    browser = Browser()
    return browser.choose(browser.open(address), who)


def choose(address: str, who: str) -> Page:
    """Open a sign-in page, choose the account `who`, and return where that leads without going there."""
    browser = Browser(follows=False)
    return browser.choose(browser.open(address), who)


def look(address: str) -> Page:
    """Open a page and return where it leads without going there."""
    return Browser(follows=False).open(address)


def environment_of(person: Path) -> dict[str, str]:
    """Return the variables under which programs take this one for the browser.

    Args:
        person: file with the email address of the account to choose; what is shown at last is written beside it.
    """
    return {"BROWSER": f"{sys.executable} {Path(__file__).absolute()} %s &", "SIGN_IN_AS": str(person)}


def shown_to(person: Path) -> Path:
    """Return the file with what the browser showed at last."""
    return person.with_suffix(".html")


def _stand_in(address: str) -> None:
    person = Path(os.environ["SIGN_IN_AS"])
    page = visit(address, person.read_text(encoding="utf-8"))
    part = person.with_suffix(".part")
    part.write_text(page.text, encoding="utf-8")
    part.replace(shown_to(person))


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.values: dict[str, str] = {}
        self.buttons: list[tuple[str, str, str]] = []
        self._button: tuple[str, str] | None = None
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input":
            self.values[given["name"]] = given.get("value", "")
        elif tag == "button" and "name" in given:
            self._button, self._words = (given["name"], given["value"]), ""

    def handle_data(self, data: str) -> None:
        self._words += f" {data}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._button is not None:
            self.buttons.append((self._words, *self._button))
            self._button = None


def _form_of(page: Page) -> _Form:
    form = _Form()
    form.feed(page.text)
    return form


if __name__ == "__main__":
    _stand_in(sys.argv[1])
