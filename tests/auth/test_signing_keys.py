"""The provider's keys: asked for seldom, and when they change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.auth.signing_keys import LIFETIME, PAUSE, SigningKeys
from app.core.errors import OutageError
from tests.auth.minting import Signer


@pytest.fixture
def keys(provider, clock):
    return SigningKeys(lambda: f"{provider.issuer}/keys", clock)


def test_keys_are_asked_for_once(keys, provider):
    for _ in range(3):
        assert keys.key("key-1").key_id == "key-1"
    assert provider.asked["/keys"] == 1


def test_a_new_key_is_found_at_once(keys, provider):
    keys.key("key-1")
    provider.keys = [Signer("key-2", "ES256").jwk]
    assert keys.key("key-2").key_id == "key-2"
    assert keys.key("key-1") is None


def test_unknown_keys_do_not_make_it_ask_all_the_time(keys, provider, clock):
    keys.key("key-1")
    for number in range(20):
        assert keys.key(f"made-up-{number}") is None
    assert provider.asked["/keys"] == 2
    clock.moved_by += PAUSE
    keys.key("made-up")
    keys.key("made-up")
    assert provider.asked["/keys"] == 3


def test_a_key_that_was_taken_back_is_noticed(keys, provider, clock):
    keys.key("key-1")
    provider.keys = []
    clock.moved_by += LIFETIME
    assert keys.key("key-1") is None


def test_keys_are_asked_for_again_when_the_clock_was_set_back(keys, provider, clock):
    keys.key("key-1")
    clock.moved_by -= timedelta(days=2)
    keys.key("key-1")
    assert provider.asked["/keys"] == 2


def test_only_public_keys_that_sign_count(keys, provider, signer):
    provider.keys = [
        "not a key",
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
        signer.jwk | {"kid": "encrypts", "use": "enc"},
        signer.jwk | {"kid": "broken", "n": 5},
        {name: value for name, value in signer.jwk.items() if name != "kid"},
        signer.jwk | {"kid": "unknown kind", "alg": "X25"},
        signer.jwk | {"kid": "good"},
    ]
    found = [keys.key(name) for name in ("secret", "encrypts", "broken", "unknown kind", "good", "")]
    assert [key is not None for key in found] == [False, False, False, False, True, False]


def test_an_answer_that_holds_no_keys_is_an_outage(provider, clock):
    with pytest.raises(OutageError) as caught:
        SigningKeys(lambda: f"{provider.issuer}/nothing", clock).key("key-1")
    assert caught.value.code == "provider-answer"
