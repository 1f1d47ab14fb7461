"""Signing in at the demo's provider, by its page."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from app.auth.admission import Admission
from app.auth.client import Client
from app.auth.google import GoogleSignIn
from app.auth.keyring_store import KeyringStore
from app.core.errors import SignInError
from app.core.job import CancelToken
from app.demo.provider import Provider
from tests import browser
from tests.auth.memory_keyring import MemoryKeyring
from tests.desktop import JONAS, MARIA, PERSONAL, STRANGER, Desktop
from tests.fakes import MovedClock
from tests.tokens import LEFT_OUT, bend_signature, mint, other_key


@pytest.fixture(scope="session")
def first_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("provider") / "sign-in.json"
    with Provider(path):
        return path


@pytest.fixture
def provider(tmp_path: Path, first_state: Path) -> Iterator[Provider]:
    shutil.copy(first_state, tmp_path)
    with Provider(tmp_path / first_state.name) as provider:
        yield provider


class Person:
    """Somebody at the browser.

    Attributes:
        who: the button they press.
        bend: changes the address before they open it.
        visit: goes to the address.
        pages: what they saw in the end.
    """

    def __init__(self) -> None:
        self.who, self.bend, self.pages = MARIA, lambda url: url, []
        self.visit = lambda url: self.pages.append(browser.visit(url, self.who))
        self._threads = []

    def open(self, url: str) -> bool:
        self._threads.append(threading.Thread(target=self.visit, args=(self.bend(url),)))
        self._threads[-1].start()
        return True

    def saw(self) -> str:
        self.leave()
        return self.pages[-1].text

    def leave(self) -> None:
        for thread in self._threads:
            thread.join(10)


@pytest.fixture
def person() -> Iterator[Person]:
    person = Person()
    yield person
    person.leave()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def open_program(provider, person, clock):
    """Return what starts the program anew on one keyring."""
    keyring = MemoryKeyring()

    def start(**options) -> GoogleSignIn:
        return GoogleSignIn(
            Client(provider.issuer, provider.client_id, provider.client_secret),
            Admission("Example Ltd", ("example.com",)),
            KeyringStore(provider.issuer, ("example.com",), lambda: keyring),
            clock,
            open_browser=person.open,
            **options,
        )

    return start


def sign_in(program, **options):
    return program.sign_in(lambda url, is_open: None, CancelToken(), **options)


def refusal(call, *arguments) -> SignInError:
    with pytest.raises(SignInError) as caught:
        call(*arguments)
    return caught.value


@pytest.mark.parametrize("who", [MARIA, JONAS])
def test_people_of_the_organisation_sign_in_and_stay_so(open_program, person, who):
    person.who = who
    assert sign_in(open_program()).email == who
    assert f"{who} can use Tagdrop now." in person.saw()
    assert open_program().id_token().account.email == who


@pytest.mark.parametrize(("who", "code"), [(PERSONAL, "personal-account"), (STRANGER, "other-organisation")])
def test_others_are_told_why_not_and_their_sign_in_is_taken_back(open_program, provider, person, who, code):
    program, person.who = open_program(), who
    error = refusal(sign_in, program)
    assert (error.code, error.target) == (code, who)
    assert error.detail in person.saw()
    assert program.account is None
    kept = []
    provider.state.forget(kept.append)
    assert kept == []


def test_who_cancels_on_the_page_is_not_signed_in(open_program, person):
    person.who = browser.CANCEL
    assert refusal(sign_in, open_program()).code == "sign-in-denied"
    assert "Sign-in was refused" in person.saw()


def claims(**changed):
    return lambda provider, nonce: mint(provider, **({"nonce": nonce} | changed))


def seconds_from_now(**changed):
    return lambda provider, nonce: mint(
        provider, nonce=nonce, **{name: int(time.time()) + value for name, value in changed.items()}
    )


TOKENS = {
    "another aud": claims(aud="somebody"),
    "another azp": claims(azp="somebody"),
    "another iss": claims(iss="https://accounts.google.com"),
    "expired": seconds_from_now(iat=-7200, exp=-3600),
    "not yet valid": seconds_from_now(nbf=3600),
    "another nonce": claims(nonce="of another sign-in"),
    "no nonce": claims(nonce=LEFT_OUT),
    "email not verified": claims(email_verified=False),
    "bad signature": lambda provider, nonce: bend_signature(mint(provider, nonce=nonce)),
    "alg none": claims(alg="none"),
    "another key under our key's name": lambda provider, nonce: mint(provider, nonce=nonce, key=other_key()),
    "another key": lambda provider, nonce: mint(provider, nonce=nonce, key=other_key(), header={"kid": "other"}),
}


def test_a_good_token_is_let_in_by_the_table_below_too(open_program, provider, monkeypatch):
    monkeypatch.setattr(provider.id_tokens, "issue", lambda who, scope, nonce: mint(provider, nonce=nonce))
    assert sign_in(open_program()).email == MARIA


@pytest.mark.parametrize("make", TOKENS.values(), ids=TOKENS)
def test_a_bad_token_is_refused(open_program, provider, person, monkeypatch, make):
    monkeypatch.setattr(provider.id_tokens, "issue", lambda who, scope, nonce: make(provider, nonce))
    program = open_program()
    assert refusal(sign_in, program).code == "sign-in-failed"
    assert "Sign-in didn’t work" in person.saw()
    assert program.account is open_program().account is None


@pytest.mark.parametrize("domain", ["example.org", "Example.com", "example.com.", "files.example.com", "ехаmple.com"])
def test_a_domain_that_looks_alike_is_another_organisation(open_program, provider, monkeypatch, domain):
    monkeypatch.setattr(provider.id_tokens, "issue", lambda who, scope, nonce: mint(provider, nonce=nonce, hd=domain))
    assert refusal(sign_in, open_program()).code == "other-organisation"


def bent(**changed):
    def bend(url):
        parts = urlsplit(url)
        return parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | changed)).geturl()

    return bend


def test_a_code_for_another_proof_gets_nothing(open_program, person):
    person.bend = bent(code_challenge="E9Melhoa2OwvFrEMTJguCHaoeGt8URYjOnxzGhxQz_0")
    assert "invalid_grant" in refusal(sign_in, open_program()).detail


def test_a_redirect_with_another_state_is_not_taken(open_program, person):
    person.bend = bent(state="of somebody else")
    assert refusal(sign_in, open_program(time_limit_seconds=1.0)).code == "sign-in-timeout"


def test_a_code_that_came_by_another_port_gets_nothing(open_program, person):
    """Somebody lets the browser go to a port of theirs, and brings the code from there."""

    def by_another_port(url):
        parameters = dict(parse_qsl(urlsplit(url).query))
        stolen = browser.choose(bent(redirect_uri="http://127.0.0.1:49152/")(url), MARIA).query()
        browser.look(f"{parameters['redirect_uri']}?{urlencode(stolen)}")

    person.visit = by_another_port
    assert "invalid_grant" in refusal(sign_in, open_program()).detail


def test_a_code_of_another_sign_in_gets_nothing(open_program, provider, person):
    def with_a_code_of_the_attacker(url):
        parameters = dict(parse_qsl(urlsplit(url).query))
        attacker = Desktop(provider, redirect_uri=parameters["redirect_uri"], state=parameters["state"])
        browser.look(attacker.choose(JONAS).address)

    person.visit = with_a_code_of_the_attacker
    assert "invalid_grant" in refusal(sign_in, open_program()).detail


def test_new_keys_of_the_provider_are_found(open_program, provider):
    sign_in(open_program())
    program = open_program()
    program.id_token()
    provider.rotate_keys()
    provider.id_tokens.lifetime_seconds = 60
    assert open_program().id_token().account.email == MARIA
    assert program.id_token().account.email == MARIA


def test_a_token_that_ends_soon_is_renewed_and_others_are_not(open_program, provider):
    program = open_program()
    sign_in(program)
    assert program.id_token() is program.id_token()
    provider.id_tokens.lifetime_seconds = 60
    program = open_program()
    assert program.id_token() is not program.id_token()


def test_a_blocked_account_ends_and_can_sign_in_again(open_program, provider):
    sign_in(open_program())
    program = open_program()
    provider.end_sign_ins(MARIA)
    assert refusal(program.id_token).code == "sign-in-ended"
    assert program.account is None
    sign_in(program)
    assert program.id_token().account.email == MARIA


def test_signing_out_everywhere_ends_it_on_other_computers_too(open_program):
    here = open_program()
    sign_in(here)
    there = open_program()
    assert there.account is not None
    here.sign_out(everywhere=True)
    assert refusal(there.id_token).code == "sign-in-ended"


def test_a_clock_that_is_off_is_told(open_program, clock, person):
    clock.moved_by = timedelta(minutes=-12)
    error = refusal(sign_in, open_program())
    assert (error.code, error.title) == ("clock-off", "This computer’s clock is 12 minutes behind")
    assert error.title in person.saw()
