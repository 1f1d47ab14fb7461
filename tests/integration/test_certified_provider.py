"""Signing in at a provider that isn't ours, certified by the OpenID Foundation: nothing is tuned to our own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.auth.admission import Admission
from app.auth.client import Client
from app.auth.google import GoogleSignIn
from app.auth.keyring_store import KeyringStore
from app.core.errors import SignInError
from app.core.job import CancelToken
from tests.auth.memory_keyring import MemoryKeyring
from tests.fakes import MovedClock

PACKAGE = "oidc-provider@9"
PEOPLE = {
    "maria": {"email": "maria@example.com", "email_verified": True, "hd": "example.com"},
    "kim": {"email": "kim@gmail.com", "email_verified": True},
    "jo": {"email": "jo@example.com", "email_verified": False, "hd": "example.com"},
}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The provider, where there is a node to run it and npm can fetch it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs node and npm")
    folder = tmp_path_factory.mktemp("npm")
    install = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
    installed = subprocess.run(install, capture_output=True, text=True, timeout=100)
    if installed.returncode != 0:
        pytest.skip(f"npm can’t fetch {PACKAGE}: {installed.stderr.strip()[-200:]}")
    script = Path(__file__).with_name("certified_provider.mjs")
    with subprocess.Popen(
        [node, str(script), str(folder), json.dumps(PEOPLE)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        told = next(line for line in process.stdout if line.startswith("ready "))
        yield told.split()[1]
        process.terminate()


@pytest.fixture
def open_program(issuer):
    """Return what starts the program anew on one keyring, with a person at the browser."""
    keyring, browsers = MemoryKeyring(), []

    def start(who="maria"):
        def open_browser(url):
            browsers.append(threading.Thread(target=sign_in_as, args=(who, url)))
            browsers[-1].start()
            return True

        return GoogleSignIn(
            Client(issuer, "tagdrop-desktop", "client-secret"),
            Admission("Example Ltd", ("example.com",)),
            KeyringStore(issuer, ("example.com",), lambda: keyring),
            MovedClock(),
            open_browser=open_browser,
            time_limit_seconds=30,
        )

    yield start
    for browser in browsers:
        browser.join(10)


def sign_in_as(who, url) -> None:
    """Fill in the provider's two forms, for the account and for the consent."""
    with requests.Session() as browser:
        page = browser.get(url, timeout=10)
        while form := re.search(r'action="([^"]+)"', page.text):
            prompt = re.search(r'name="prompt" value="(\w+)"', page.text)[1]
            page = browser.post(form[1], data={"prompt": prompt, "login": who, "password": "any"}, timeout=10)


def sign_in(program):
    return program.sign_in(lambda url, is_open: None, CancelToken())


def test_an_account_of_the_organisation_signs_in_and_stays_so(open_program):
    account = sign_in(open_program())
    assert (account.email, account.domain) == ("maria@example.com", "example.com")
    token = open_program().id_token()
    assert token.account == account


@pytest.mark.parametrize(("who", "code"), [("kim", "personal-account"), ("jo", "sign-in-failed")])
def test_other_accounts_are_refused(open_program, who, code):
    with pytest.raises(SignInError) as caught:
        sign_in(open_program(who))
    assert caught.value.code == code
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
