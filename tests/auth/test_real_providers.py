"""The sign-in at real providers: the demo's, and a certified one that nobody wrote for Tagdrop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.auth.admission import Admission
from app.auth.client import Client
from app.auth.google import GoogleSignIn
from app.auth.keyring_store import KeyringStore
from app.core.errors import SignInError
from app.core.job import CancelToken
from app.demo.provider import PEOPLE, Provider
from tests.browser import Browser, Page, visit
from tests.certified import CLIENT_ID, CLIENT_SECRET, certified_provider
from tests.desktop import JONAS, MARIA, PERSONAL, STRANGER
from tests.fakes import MovedClock


@dataclass
class Place:
    """Where people sign in.

    Attributes:
        client: Tagdrop, as it is known there.
        choose: does in the browser what a person does there.
        who: signs in there.
    """

    client: Client
    choose: Callable[[str, str], Page]
    who: str = MARIA
    _shown: Future[Page] | None = None

    @property
    def page(self) -> Page:
        """What the browser shows at last."""
        return self._shown.result(timeout=20)

    def open_browser(self, address: str) -> bool:
        """Open it beside the program, as the system does: the page waits for what the program says."""
        pool = ThreadPoolExecutor(1)
        self._shown = pool.submit(self.choose, address, self.who)
        pool.shutdown(wait=False)
        return True


def _log_in(address: str, who: str) -> Page:
    browser = Browser()
    return browser.fill(browser.fill(browser.open(address), login=who, password="any"))


@pytest.fixture(params=["demo", "certified"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "demo":
        with Provider(tmp_path / "sign-in.json") as own:
            yield Place(Client(own.issuer, own.client_id, own.client_secret), visit)
    else:
        claims = {person.email: {"hd": person.domain} if person.domain else {} for person in PEOPLE}
        with certified_provider(claims) as issuer:
            yield Place(Client(issuer, CLIENT_ID, CLIENT_SECRET), _log_in)


@pytest.fixture
def start(place: Place, keyring) -> Callable[[], GoogleSignIn]:
    """Return what starts Tagdrop's sign-in anew on the same keyring, as a restart does."""

    def start() -> GoogleSignIn:
        store = KeyringStore(place.client.issuer, ("example.com",), lambda: keyring)
        admission = Admission("Example Ltd", ("example.com",))
        return GoogleSignIn(place.client, admission, store, MovedClock(), open_browser=place.open_browser)

    return start


def sign_in(program: GoogleSignIn) -> None:
    program.sign_in(lambda url, is_open: None, CancelToken())


@pytest.mark.parametrize("who", [MARIA, JONAS])
def test_people_of_the_organisation_are_let_in_and_stay_so(place: Place, start, who: str) -> None:
    place.who = who
    program = start()
    sign_in(program)
    assert (program.account.email, program.account.domain) == (who, "example.com")
    assert place.page.status == 200
    first = program.id_token()
    for _ in range(2):  # as often as wanted, also where each refresh token is good once
        assert start().id_token().account == first.account


@pytest.mark.parametrize(("who", "code"), [(STRANGER, "other-organisation"), (PERSONAL, "personal-account")])
def test_others_are_refused_and_nothing_of_them_is_kept(place: Place, start, keyring, who: str, code: str) -> None:
    place.who = who
    program = start()
    with pytest.raises(SignInError) as raised:
        sign_in(program)
    assert (raised.value.code, raised.value.target) == (code, who)
    assert "@example.com" in place.page.text
    assert keyring.entries == {}
    assert program.account is None


def test_after_signing_out_everywhere_another_computer_cannot_go_on(place: Place, start, keyring) -> None:
    program = start()
    sign_in(program)
    elsewhere = dict(keyring.entries)
    program.sign_out(everywhere=True)
    keyring.entries.update(elsewhere)
    with pytest.raises(SignInError) as raised:
        start().id_token()
    assert raised.value.code == "sign-in-ended"
