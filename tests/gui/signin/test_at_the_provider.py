"""The whole chain in the window: the demo's sign-in page, its STS and its storage, with a scripted browser."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from app.auth.admission import Admission
from app.auth.client import Client
from app.auth.google import GoogleSignIn
from app.auth.keyring_store import KeyringStore
from app.bootstrap import connect, window_services
from app.demo.access import ROLE_ARN
from app.settings.sources import load
from app.ui.account import AccountControl
from app.ui.connecting import Connecting
from app.ui.services import WindowSettings
from app.ui.signin.view import Action
from app.ui.transfers.transfer import State
from app.workers.gate import Gate
from tests import browser
from tests.auth.memory_keyring import MemoryKeyring
from tests.desktop import JONAS, MARIA, PERSONAL, STRANGER
from tests.fakes import MovedClock
from tests.gui.signin.conftest import Visitor
from tests.proxy import answer, puts_object
from tests.server import keys_in, write_config

DOMAINS = ("example.com",)


class AtTheBrowser:
    """Chooses an account on each page that is opened, one after the other."""

    def __init__(self, *accounts: str) -> None:
        self.accounts = list(accounts)
        self.pages = []
        self._threads = []

    def open(self, url: str) -> bool:
        who = self.accounts.pop(0)
        self._threads.append(threading.Thread(target=lambda: self.pages.append(browser.visit(url, who))))
        self._threads[-1].start()
        return True

    def leave(self) -> None:
        for thread in self._threads:
            thread.join(10)


@pytest.fixture
def chooser():
    made = AtTheBrowser()
    yield made
    made.leave()


@pytest.fixture
def clock():
    """The clock by which the sign-in looks at its tokens."""
    return MovedClock()


@pytest.fixture
def visitor(qtbot, new_place, runner, s3_server, proxy, buckets, chooser, clock, tmp_path):
    """Somebody in front of the window of a desktop that is set up for the demo."""
    provider, keyring = s3_server.provider, MemoryKeyring()
    google = (
        f'role_arn = "{ROLE_ARN}"\n[google]\nissuer = "{provider.issuer}"\n'
        f'client_id = "{provider.client_id}"\nclient_secret = "{provider.client_secret}"\n'
    )
    config = write_config(tmp_path, s3_server, buckets, google)
    config.write_text(config.read_text().replace(s3_server.endpoint_url, proxy.endpoint_url))
    sign_in = GoogleSignIn(
        Client(provider.issuer, provider.client_id, provider.client_secret),
        Admission("Example Ltd", DOMAINS),
        KeyringStore(provider.issuer, DOMAINS, lambda: keyring),
        clock,
        open_browser=chooser.open,
    )
    place = new_place()
    gate = Gate(place)

    def connect_window():
        return window_services(connect(load(config), sign_in, gate))

    settings = WindowSettings("Example Ltd", domains=DOMAINS)
    connecting = Connecting(place, connect_window, runner, signs_in=True)
    account = AccountControl(place, connecting, gate, lambda: sign_in, settings, runner)
    connecting.start()
    made = Visitor(qtbot, place, account)
    made.wait(lambda: made.view)
    yield made
    gate.close()


def write(folder, *names):
    for name in names:
        (folder / name).write_text("content of a file")
    return folder


def refused(visitor):
    visitor.wait(lambda: visitor.view.notice)
    assert visitor.view.notice.title == "This account can’t be used here"
    return visitor.view.notice.text.replace("\u2068", "").replace("\u2069", "")


def test_a_personal_and_another_organisations_account_are_refused_and_then_the_right_one_works(
    visitor, chooser, files, boto, buckets
):
    chooser.accounts = [PERSONAL, STRANGER, MARIA]
    visitor.chooses(Action.SIGN_IN)
    rule = "Example Ltd accepts only accounts that end in @example.com."
    assert refused(visitor) == f"{PERSONAL} is a personal account. {rule}"

    visitor.chooses(Action.OTHER_ACCOUNT)
    visitor.wait(lambda: visitor.view.notice and "belongs to another organisation" in visitor.view.notice.text)
    assert refused(visitor) == f"{STRANGER} belongs to another organisation. {rule}"
    assert visitor.place.services is None

    visitor.chooses(Action.OTHER_ACCOUNT)
    visitor.wait(visitor.is_in_the_window)
    assert visitor.account.row.accessibleName() == f"Signed in as {MARIA}"
    visitor.uploads(write(files, "a.pdf"))
    visitor.finds("Invoice 2026")
    assert visitor.names() == ["a.pdf"]
    assert keys_in(boto, buckets.storage) == ["files/a.pdf"]


def test_a_sign_in_that_was_ended_asks_once_and_the_queue_ends_whole(
    visitor, chooser, clock, s3_server, proxy, files, boto, buckets
):
    chooser.accounts = [JONAS, JONAS]
    visitor.chooses(Action.SIGN_IN)
    visitor.wait(visitor.is_in_the_window)

    s3_server.provider.end_sign_ins(JONAS)
    clock.moved_by = timedelta(hours=2)  # the ID token is over too
    first = visitor.place.services.identity
    has_session_ended = True
    expired = answer(400, "ExpiredToken")
    proxy.on(puts_object, lambda asked, forward: expired(asked, forward) if has_session_ended else forward())
    visitor.drops_and_waits(write(files, "a.pdf", "b.pdf"))
    visitor.types(visitor.place.upload.list.field, "Lot 3")
    visitor.presses(visitor.place.upload.list.upload)
    visitor.wait(visitor.banner)
    assert visitor.banner() == "You were signed out. Transfers wait until you sign in again."

    clock.moved_by = timedelta()
    has_session_ended = False
    visitor.presses_banner()
    visitor.waits_for_transfers()
    (transfer,) = visitor.place.queue.transfers
    assert (transfer.state, transfer.failures) == (State.DONE, 0)
    assert keys_in(boto, buckets.storage) == ["files/a.pdf", "files/b.pdf"]
    assert visitor.place.services.identity == first
    assert visitor.banner() == ""


def test_signing_out_everywhere_leaves_nothing_to_start_with(visitor, chooser):
    chooser.accounts = [MARIA, JONAS]
    visitor.chooses(Action.SIGN_IN)
    visitor.wait(visitor.is_in_the_window)
    visitor.account.row.sign_out_asked.emit(True)
    visitor.wait(lambda: visitor.view and visitor.view.choices)
    assert (visitor.view.title, visitor.view.notice) == ("Sign in to Tagdrop", None)

    visitor.chooses(Action.SIGN_IN)
    visitor.wait(visitor.is_in_the_window)
    assert visitor.account.row.text() == JONAS
