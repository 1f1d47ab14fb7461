"""A browser for one purpose: it opens a sign-in page, chooses an account and goes where that leads.

As a program it stands in for the system's browser: `BROWSER="python tests/browser.py %s"`, with the email address in
`SIGN_IN_AS`. It needs the standard library only.
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
from typing import IO

CANCEL = "Cancel"


@dataclass(frozen=True)
class Page:
    """What the browser shows.

    Attributes:
        address: after all redirects.
        status: HTTP status.
        text: HTML.
    """

    address: str
    status: int
    text: str

    def query(self) -> dict[str, str]:
        """Return the address's parameters."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.address).query))


def visit(address: str, who: str) -> Page:
    """Open a sign-in page, press the button that names `who`, and return what is shown then."""
    return _open(_press(_open(urllib.request.Request(address)), who))


def choose(address: str, who: str) -> Page:
    """Open a sign-in page, press the button that names `who`, and return where that leads without going there."""
    return _open(_press(_open(urllib.request.Request(address)), who), follows=False)


def look(address: str) -> Page:
    """Open a page and return where it leads, without going there."""
    return _open(urllib.request.Request(address), follows=False)


def _press(page: Page, who: str) -> urllib.request.Request:
    form = _Form()
    form.feed(page.text)
    found = [value for label, value in form.buttons if who in label.split()]
    if len(found) != 1:
        raise LookupError(f"{len(found)} buttons for {who} at {page.address} ({page.status})")
    data = urllib.parse.urlencode({"person": found[0]}).encode()
    return urllib.request.Request(urllib.parse.urljoin(page.address, form.action), data)


def _open(request: urllib.request.Request, follows: bool = True) -> Page:
    opener = urllib.request.build_opener(*([] if follows else [_Stay]))
    try:
        with opener.open(request, timeout=20) as answer:
            return Page(answer.url, answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Page(error.headers.get("Location", error.url), error.code, error.read().decode())


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.buttons: list[tuple[str, str]] = []
        self._value: str | None = None
        self._label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"] or ""
        elif tag == "button":
            self._value, self._label = given["value"] or "", ""

    def handle_data(self, data: str) -> None:
        self._label += f" {data}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._value is not None:
            self.buttons.append((self._label, self._value))
            self._value = None


if __name__ == "__main__":
    visit(sys.argv[1], os.environ["SIGN_IN_AS"])
