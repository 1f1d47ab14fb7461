"""Who belongs to the organisation."""

from __future__ import annotations

import pytest

from app.auth.admission import Admission
from app.auth.client import Client
from app.auth.provider import Provider
from app.auth.tokens import Tokens
from app.core.errors import SignInError
from app.settings.sources import load_incomplete
from tests.auth.minting import CLIENT_ID
from tests.fakes import MovedClock


@pytest.fixture
def admit(provider):
    asked = Provider(Client(provider.issuer, CLIENT_ID), MovedClock())

    def admit(domains=("example.com",), organization="Example Ltd", **changes):
        tokens = Tokens(provider.id_token(**changes))
        return Admission(organization, domains).admit(asked, tokens)

    return admit


def refusal(admit, **changes) -> SignInError:
    with pytest.raises(SignInError) as caught:
        admit(**changes)
    return caught.value


def test_an_account_of_the_organisation_is_let_in(admit, provider):
    token = admit()
    account = token.account
    assert (account.issuer, account.domain) == (provider.issuer, "example.com")
    assert 3500 < (token.expires_at - MovedClock().now()).total_seconds() <= 3600


def test_what_counts_is_the_claim_and_not_the_address(admit):
    assert admit(email="maria@brand.example", hd="example.com").account.email == "maria@brand.example"


@pytest.mark.parametrize(
    "domain",
    [
        "other.org",
        "Example.com",
        "EXAMPLE.COM",
        "example.com.",
        ".example.com",
        "mail.example.com",
        "com",
        "example.com.evil.example",
        "evil-example.com",
        "example.co",
        "ехample.com",  # Cyrillic е and х
        "ｅxample.com",
        "example。com",
        "exam\u00adple.com",
        "xn--xample-2of.com",
        " example.com",
        "example.com\n",
        "example.com\0",
        "example.com,other.org",
        "*",
        "",
        ["example.com"],
        {"example.com": True},
        True,
        0,
    ],
    ids=repr,
)
def test_a_domain_that_only_looks_alike_is_another_organisation(admit, domain):
    error = refusal(admit, hd=domain)
    assert (error.code, error.target) == ("other-organisation", "maria@example.com")
    assert str(error) == (
        "maria@example.com: This account can’t be used here. maria@example.com belongs to another organisation. "
        "Example Ltd accepts only accounts that end in @example.com."
    )


def test_a_personal_account_is_told_apart(admit):
    error = refusal(admit, email="kim@gmail.com", hd=None)
    assert (error.code, error.target) == ("personal-account", "kim@gmail.com")
    assert (
        error.detail
        == "kim@gmail.com is a personal account. Example Ltd accepts only accounts that end in @example.com."
    )


@pytest.mark.parametrize(
    ("domains", "rule"),
    [
        (("a.example", "b.example"), "Example Ltd accepts only accounts that end in @a.example or @b.example."),
        (
            ("a.example", "b.example", "c.example"),
            "Example Ltd accepts only accounts that end in @a.example, @b.example or @c.example.",
        ),
    ],
)
def test_several_domains_are_named(admit, domains, rule):
    assert refusal(admit, domains=domains).detail.endswith(rule)


def test_an_organisation_without_a_name_speaks_all_the_same(admit):
    assert "Your organisation accepts only" in refusal(admit, organization="", hd=None).detail


def test_a_domain_with_capitals_in_the_settings_lets_its_accounts_in(admit, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('[organization]\ndomain = "Example.COM"\n', encoding="utf-8")
    domains = load_incomplete(config, ()).organization.domain
    assert admit(domains=domains).account.domain == "example.com"
    assert refusal(admit, domains=domains, hd="other.org").code == "other-organisation"
