"""The demo's provider: who comes in, with which tokens, and which messages it refuses."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import jwt
import pytest
import requests

from app.demo.provider import PEOPLE, Provider
from tests.browser import CANCEL, look
from tests.desktop import JONAS, MARIA, PERSONAL, STRANGER, Desktop, claims_of, header_of


def test_what_it_can_do_is_found_at_the_usual_address(provider: Provider) -> None:
    found = requests.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=20).json()
    assert found["issuer"] == provider.issuer
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert {name: value for name, value in found.items() if name.endswith(("_endpoint", "_uri"))} == {
        "authorization_endpoint": f"{provider.issuer}/authorize",
        "token_endpoint": f"{provider.issuer}/token",
        "revocation_endpoint": f"{provider.issuer}/revoke",
        "jwks_uri": f"{provider.issuer}/jwks",
    }


def test_an_id_token_says_what_googles_says_and_is_signed_with_a_published_key(
    provider: Provider, desktop: Desktop
) -> None:
    tokens = desktop.sign_in(MARIA)
    keys = jwt.PyJWKClient(f"{provider.issuer}/jwks")
    key = keys.get_signing_key_from_jwt(tokens["id_token"])
    claims = jwt.decode(tokens["id_token"], key, ["RS256"], audience=provider.client_id, issuer=provider.issuer)
    assert claims == {
        "iss": provider.issuer,
        "aud": provider.client_id,
        "azp": provider.client_id,
        "sub": PEOPLE[0].subject,
        "email": MARIA,
        "email_verified": True,
        "hd": "example.com",
        "nonce": desktop.nonce,
        "iat": pytest.approx(time.time(), abs=10),
        "exp": claims["iat"] + 3600,
    }
    assert tokens["scope"] == "openid https://www.googleapis.com/auth/userinfo.email"
    assert tokens["expires_in"] == 3600


@pytest.mark.parametrize(("who", "domain"), [(JONAS, "example.com"), (STRANGER, "example.org"), (PERSONAL, None)])
def test_everybody_of_the_page_can_sign_in_and_only_accounts_of_an_organisation_have_its_domain(
    desktop: Desktop, who: str, domain: str | None
) -> None:
    claims = claims_of(desktop.sign_in(who)["id_token"])
    assert (claims["email"], claims.get("hd")) == (who, domain)


def test_the_email_address_is_told_only_where_that_was_asked_for(desktop: Desktop) -> None:
    assert "email" not in claims_of(desktop.sign_in(MARIA, scope="openid")["id_token"])


def test_the_code_comes_back_to_the_port_and_path_that_were_given(desktop: Desktop) -> None:
    page = desktop.choose(MARIA)
    assert page.status == 302
    parts = urlsplit(page.address)
    assert (parts.netloc, parts.path, page.query()["state"]) == ("127.0.0.1:49152", "/back", desktop.state)


def test_who_cancels_is_told_to_the_program(desktop: Desktop) -> None:
    assert desktop.choose(CANCEL).query() == {"error": "access_denied", "state": desktop.state} | {
        "error_description": "The resource owner or authorization server denied the request"
    }


def test_the_person_hinted_at_comes_first_and_the_others_stay(desktop: Desktop) -> None:
    people = [JONAS, MARIA, STRANGER, PERSONAL]
    assert in_order(desktop.address(login_hint=JONAS), people) == [JONAS, MARIA, STRANGER, PERSONAL]
    assert in_order(desktop.address(hd="example.org"), people) == [STRANGER, MARIA, JONAS, PERSONAL]
    assert in_order(desktop.address(login_hint=JONAS, prompt="select_account"), people) == [
        MARIA, JONAS, STRANGER, PERSONAL,
    ]  # fmt: skip


def test_a_hint_at_a_domain_keeps_nobody_of_another_out(desktop: Desktop) -> None:
    assert claims_of(desktop.sign_in(STRANGER, hd="example.com")["id_token"])["hd"] == "example.org"


def in_order(address: str, people: list[str]) -> list[str]:
    text = look(address).text
    return sorted(people, key=text.index)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid https://www.googleapis.com/auth/drive"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
    ],
)
def test_a_wrong_question_is_told_to_the_program(desktop: Desktop, changed: dict[str, str], error: str) -> None:
    page = look(desktop.address(**changed))
    assert page.address.startswith(desktop.redirect_uri)
    assert (page.query()["error"], page.query()["state"]) == (error, desktop.state)
    assert "code" not in page.query()


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": "https://127.0.0.1:49152/back"},
        {"redirect_uri": "http://localhost:49152/back"},
        {"redirect_uri": "http://127.0.0.1/back"},
        {"redirect_uri": "http://127.0.0.1:49152@example.net/back"},
        {"redirect_uri": "http://127.0.0.1.example.net:49152/back"},
        {"redirect_uri": "http://127.0.0.2:49152/back"},
        {"redirect_uri": "http://127.0.0.1:port/back"},
        {"redirect_uri": "http://127.0.0.1:49152/back#part"},
        {"redirect_uri": "http://127.0.0.1:49152/zurück"},
        {"redirect_uri": "tagdrop://back"},
    ],
)
def test_a_browser_is_sent_nowhere_but_to_the_program(desktop: Desktop, changed: dict[str, str]) -> None:
    page = look(desktop.address(**changed))
    assert page.status == 400
    assert page.address.startswith(desktop.provider.issuer)


def test_a_code_is_good_once_and_a_second_try_ends_what_it_gave(desktop: Desktop) -> None:
    code = desktop.choose(MARIA).query()["code"]
    tokens = desktop.redeem(code).json()
    assert_refused(desktop.redeem(code), "invalid_grant")
    assert_refused(desktop.refresh(tokens["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:49153/back"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"client_id": "somebody"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_redeemed_by_who_asked_for_it_only(desktop: Desktop, changed: dict[str, str], error: str) -> None:
    code = desktop.choose(MARIA).query()["code"]
    assert_refused(desktop.redeem(code, **changed), error)


def test_a_code_that_was_never_given_is_worth_nothing(desktop: Desktop) -> None:
    assert_refused(desktop.redeem("wrong"), "invalid_grant")


def test_a_code_that_was_tried_with_the_wrong_proof_is_worth_nothing_any_more(desktop: Desktop) -> None:
    code = desktop.choose(MARIA).query()["code"]
    assert_refused(desktop.redeem(code, code_verifier="x" * 43), "invalid_grant")
    assert_refused(desktop.redeem(code), "invalid_grant")


def test_a_code_ends_by_itself(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    code = desktop.choose(MARIA).query()["code"]
    later = time.monotonic() + 121
    monkeypatch.setattr("app.demo.provider.codes.time.monotonic", lambda: later)
    assert_refused(desktop.redeem(code), "invalid_grant")


def test_the_program_may_name_itself_in_the_header_too(provider: Provider, desktop: Desktop) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": desktop.choose(MARIA).query()["code"],
        "redirect_uri": desktop.redirect_uri,
        "code_verifier": desktop.verifier,
    }
    program = (provider.client_id, provider.client_secret)
    answer = requests.post(f"{provider.issuer}/token", data=form, auth=program, timeout=20)
    assert claims_of(answer.json()["id_token"])["email"] == MARIA


def test_a_refresh_token_is_given_only_where_it_was_asked_for(desktop: Desktop) -> None:
    assert "refresh_token" not in desktop.sign_in(MARIA, access_type="online")


def test_a_refresh_token_gives_a_new_id_token_without_nonce_as_often_as_wanted(desktop: Desktop) -> None:
    desktop.provider.id_tokens.lifetime_seconds = 77
    tokens = desktop.sign_in(JONAS)
    for _ in range(2):
        answer = desktop.refresh(tokens["refresh_token"]).json()
        claims = claims_of(answer["id_token"])
        assert (claims["email"], claims["hd"], claims["exp"] - claims["iat"]) == (JONAS, "example.com", 77)
        assert "nonce" not in claims
        assert "refresh_token" not in answer


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"refresh_token": "wrong"}, "invalid_grant"),
        ({"refresh_token": ""}, "invalid_request"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"scope": "openid https://www.googleapis.com/auth/drive"}, "invalid_scope"),
    ],
)
def test_a_refresh_token_is_good_for_its_program_and_scope_only(
    desktop: Desktop, changed: dict[str, str], error: str
) -> None:
    token = desktop.sign_in(MARIA)["refresh_token"]
    assert_refused(desktop.refresh(token, **changed), error)


def test_revoking_ends_every_sign_in_of_that_person(desktop: Desktop) -> None:
    first, second, other = desktop.sign_in(MARIA), desktop.sign_in(MARIA), desktop.sign_in(JONAS)
    assert desktop.revoke(first["refresh_token"]).status_code == 200
    assert_refused(desktop.refresh(first["refresh_token"]), "invalid_grant")
    assert_refused(desktop.refresh(second["refresh_token"]), "invalid_grant")
    assert desktop.refresh(other["refresh_token"]).status_code == 200


def test_revoking_what_is_unknown_is_no_error_but_a_wrong_program_is(desktop: Desktop) -> None:
    token = desktop.sign_in(MARIA)["refresh_token"]
    assert desktop.revoke("wrong").status_code == 200
    wrong = {"client_id": desktop.provider.client_id, "client_secret": "wrong"}
    assert desktop.revoke(token, **wrong).json()["error"] == "invalid_client"
    assert desktop.refresh(token).status_code == 200
    right = {"client_id": desktop.provider.client_id, "client_secret": desktop.provider.client_secret}
    assert desktop.revoke(token, **right).status_code == 200
    assert_refused(desktop.refresh(token), "invalid_grant")


def test_it_can_block_a_person(desktop: Desktop) -> None:
    blocked, other = desktop.sign_in(MARIA), desktop.sign_in(JONAS)
    desktop.provider.end_sign_ins(MARIA)
    assert_refused(desktop.refresh(blocked["refresh_token"]), "invalid_grant")
    assert desktop.refresh(other["refresh_token"]).status_code == 200


def test_after_its_key_was_changed_the_last_one_is_still_published_and_older_ones_are_not(
    provider: Provider, desktop: Desktop
) -> None:
    names = []
    for _ in range(3):
        names.append(header_of(desktop.sign_in(MARIA)["id_token"])["kid"])
        provider.rotate_keys()
    published = [key["kid"] for key in requests.get(f"{provider.issuer}/jwks", timeout=20).json()["keys"]]
    assert len(set(names)) == 3
    assert published[1] == names[2]
    assert len(published) == 2


def test_nothing_but_the_public_part_of_a_key_is_published(provider: Provider) -> None:
    (key,) = requests.get(f"{provider.issuer}/jwks", timeout=20).json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}


def assert_refused(answer: requests.Response, error: str) -> None:
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error
