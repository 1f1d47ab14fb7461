"""A window that signs in with a scripted provider and works with the real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder
from app.bootstrap import SystemClock
from app.catalog.live import LiveCatalog
from app.core.capabilities import EVERYTHING
from app.core.errors import AppError, SignInError
from app.core.identity import Credentials, Identity
from app.core.tags import TagRules
from app.demo.server import REGION, LocalServer
from app.journal.file import JournalFile
from app.journal.journal import WorkJournal
from app.services.cloud_zip import CloudStores
from app.services.downloading import Downloader
from app.services.session import Session
from app.ui.account import AccountControl
from app.ui.connecting import Connecting
from app.ui.services import WindowServices, WindowSettings
from app.ui.signin.view import Action
from app.ui.workplace import Workplace
from app.workers.gate import Gate
from app.workers.job import JobRunner
from tests.fakes import ScriptedSignIn
from tests.gui.person import Person
from tests.proxy import FaultProxy
from tests.server import Buckets


@dataclass
class Storage:
    """Connects to the real server as whoever the provider says is signed in.

    Attributes:
        refuses: what the next attempts to connect end in, one after the other.
        forgotten: the ids of those whose files this computer was told to forget.
        left: what couldn't be deleted then.
        has_ended: the provider refuses to go on without the person.
    """

    provider: ScriptedSignIn
    server: LocalServer
    endpoint_url: str
    buckets: Buckets
    journal: JournalFile
    refuses: list[AppError] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    left: list[AppError] = field(default_factory=list)
    has_ended: bool = False

    def connect(self, gate: Gate) -> WindowServices:
        if self.refuses:
            raise self.refuses.pop(0)
        holder, clock = CredentialsHolder(), SystemClock()
        session = Session(self, clock, holder.replace, gate)
        server = Server(REGION, self.endpoint_url, holder, session, EVERYTHING)
        bucket, staging = server.bucket(self.buckets.storage), server.bucket(self.buckets.staging)
        catalog, identity = LiveCatalog(bucket, TagRules(), clock), session.identity
        forget = partial(self._forget, identity.user_id)
        cloud = CloudStores(bucket, staging, server.assembler(self.buckets.staging, self.buckets.storage))
        journal = WorkJournal(self.journal, "here", clock)
        downloader = Downloader(cloud, clock, journal.downloads, catalog)
        return WindowServices(bucket, staging, catalog, clock, identity, forget, catalog, downloader, None, journal)

    def _forget(self, user_id: str) -> tuple[AppError, ...]:
        self.forgotten.append(user_id)
        return tuple(self.left)

    def credentials(self) -> Credentials:
        if self.provider.account is None:
            raise SignInError("signed-out", "Nobody is signed in", "Sign in first.")
        if self.has_ended:
            raise SignInError("sign-in-ended", "Your sign-in has ended", "Sign in again.")
        expires_at = datetime.now(UTC) + timedelta(hours=1)
        return Credentials(self.server.access_key_id, self.server.secret_access_key, None, expires_at)

    def identity(self) -> Identity:
        account = self.provider.account
        return Identity(account.subject, account.email, account.email, account.domain)


@dataclass
class Visitor(Person):
    """Somebody who uses a window that signs in.

    Attributes:
        account: the window's part that does it.
    """

    account: AccountControl

    @property
    def page(self):
        return self.account.flow.page

    @property
    def view(self):
        """What covers the window; None where nothing does."""
        return self.page.view if self.page.isVisible() else None

    def chooses(self, action: Action) -> None:
        """Press a button of the sign-in pages as soon as it can be pressed."""
        self.wait(lambda: self.view and action in self.page._buttons and self.page.button(action).isEnabled())
        self.presses(self.page.button(action))

    def is_in_the_window(self) -> bool:
        return not self.place.window.is_covered and self.place.services is not None

    def banner(self) -> str:
        """Read the banner above the page; empty where there is none."""
        shown = self.place.window._banners.current()
        return shown.accessibleName() if shown is not None else ""

    def presses_banner(self) -> None:
        self.presses(self.place.window._banners.current().button)

    def press_key(self, key: Qt.Key) -> None:
        self.bot.keyClick(QApplication.focusWidget(), key)


@pytest.fixture
def provider() -> ScriptedSignIn:
    return ScriptedSignIn()


@pytest.fixture
def storage(
    provider: ScriptedSignIn, s3_server: LocalServer, proxy: FaultProxy, buckets: Buckets, tmp_path: Path
) -> Iterator[Storage]:
    journal = JournalFile(tmp_path / "journal.sqlite")
    yield Storage(provider, s3_server, proxy.endpoint_url, buckets, journal)
    journal.close()


@pytest.fixture
def visit(
    qtbot: QtBot, new_place: Callable[[], Workplace], runner: JobRunner, provider: ScriptedSignIn, storage: Storage
) -> Iterator[Callable[[], Visitor]]:
    """Opens the window and begins to connect it."""
    gates = []

    def open_window() -> Visitor:
        place = new_place()
        place.window.activateWindow()
        gate = Gate(place)
        gates.append(gate)
        settings = WindowSettings("Example Ltd", domains=("example.com",))
        connecting = Connecting(place, lambda: storage.connect(gate), runner, signs_in=True)
        account = AccountControl(place, connecting, gate, lambda: provider, settings, runner)
        connecting.start()
        return Visitor(qtbot, place, account)

    yield open_window
    for gate in gates:
        gate.close()
