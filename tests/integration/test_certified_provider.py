"""Signing in at a provider that isn't ours, certified by the OpenID Foundation: nothing is tuned to our own."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from app.auth.admission import Admission
from app.auth.client import Client
from app.auth.google import GoogleSignIn
from app.auth.keyring_store import KeyringStore
from app.core.errors import SignInError
from app.core.job import CancelToken
from tests.auth.memory_keyring import MemoryKeyring
from tests.browser import Browser, Page
from tests.certified import CLIENT_ID, CLIENT_SECRET, certified_provider
from tests.fakes import MovedClock

PEOPLE = {
    "maria@example.com": {"hd": "example.com"},
    "jonas@example.com": {"hd": "example.com", "email_verified": False},
    "kim@example.org": {"hd": "example.org"},
    "maria@mail.example": {},
}


@pytest.fixture(scope="module")
def issuer():
    with certified_provider(PEOPLE) as address:
        yield address


class Person:
    """Somebody at the browser.

    Attributes:
        who: the account that they sign in with.
        shown: what the browser shows at last.
    """

    def __init__(self) -> None:
        self.who = "maria@example.com"
        self.shown: Future[Page] = Future()
        self._pool = ThreadPoolExecutor(1)

    def open(self, address: str) -> bool:
        self.shown = self._pool.submit(self._sign_in, address)
        return True

    def leave(self) -> None:
        self._pool.shutdown()

    def _sign_in(self, address: str) -> Page:
        browser = Browser()
        consent = browser.fill(browser.open(address), login=self.who, password="any")
        return browser.fill(consent)


@pytest.fixture
def person():
    person = Person()
    yield person
    person.leave()


@pytest.fixture
def open_program(issuer, person):
    """Return what starts the program anew on one keyring."""
    keyring = MemoryKeyring()

    def start() -> GoogleSignIn:
        return GoogleSignIn(
            Client(issuer, CLIENT_ID, CLIENT_SECRET),
            Admission("Example Ltd", ("example.com",)),
            KeyringStore(issuer, ("example.com",), lambda: keyring),
            MovedClock(),
            open_browser=person.open,
            time_limit_seconds=30,
        )

    return start


def sign_in(program):
    return program.sign_in(lambda url, is_open: None, CancelToken())


def test_an_account_of_the_organisation_signs_in_and_stays_so(open_program, person):
    account = sign_in(open_program())
    assert (account.email, account.domain) == ("maria@example.com", "example.com")
    assert "maria@example.com can use Tagdrop now." in person.shown.result(20).text
    for _ in range(2):  # each refresh token is good once there
        assert open_program().id_token().account == account


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("maria@mail.example", "personal-account"),
        ("kim@example.org", "other-organisation"),
        ("jonas@example.com", "sign-in-failed"),
    ],
)
def test_other_accounts_are_refused_and_nothing_of_them_is_kept(open_program, person, who, code):
    person.who = who
    with pytest.raises(SignInError) as caught:
        sign_in(open_program())
    assert caught.value.code == code
    assert caught.value.title in person.shown.result(20).text
    assert open_program().account is None


def test_signing_out_everywhere_ends_it_on_other_computers_too(open_program):
    here = open_program()
    sign_in(here)
    there = open_program()
    assert there.account is not None
    here.sign_out(everywhere=True)
    with pytest.raises(SignInError) as caught:
        there.id_token()
    assert caught.value.code == "sign-in-ended"
