"""What tests of the sign-in have: keys, a provider that does as it is told, a keyring in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.auth.admission import Admission
from app.auth.client import Client
from app.auth.google import GoogleSignIn
from app.auth.keyring_store import KeyringStore
from tests.auth.memory_keyring import MemoryKeyring
from tests.auth.minting import CLIENT_ID, DOMAIN, Signer
from tests.auth.scripted_provider import Browser, ScriptedProvider
from tests.fakes import MovedClock


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer()


@pytest.fixture(scope="session")
def other_signer() -> Signer:
    """A key that isn't the provider's, though it claims to be."""
    return Signer()


@pytest.fixture
def provider(signer) -> Iterator[ScriptedProvider]:
    scripted = ScriptedProvider(signer)
    yield scripted
    scripted.close()


@pytest.fixture
def browser(provider) -> Iterator[Browser]:
    person = Browser(provider)
    yield person
    person.close()


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def open_program(provider, browser, keyring, clock):
    """Return what starts Tagdrop's sign-in anew on the same keyring, as a restart does."""

    def start(**changes) -> GoogleSignIn:
        domains = changes.pop("domains", (DOMAIN,))
        return GoogleSignIn(
            Client(provider.issuer, CLIENT_ID, "client-secret"),
            Admission("Example Ltd", domains),
            changes.pop("store", None) or KeyringStore(provider.issuer, domains, lambda: keyring),
            clock,
            **({"open_browser": browser.open} | changes),
        )

    return start


@pytest.fixture
def sign_in(open_program) -> GoogleSignIn:
    return open_program()
