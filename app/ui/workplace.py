"""Wires the pages of the window to each other and to the use cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QCursor, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QToolTip, QWidget

from app.core.conflicts import Conflict, Resolution
from app.core.downloads import Download as Request
from app.core.errors import AppError
from app.core.open_transfers import OpenTransfer
from app.core.query import Term
from app.core.uploads import UploadRequest
from app.core.zipnames import zip_name
from app.services.stage import StagedRequest
from app.services.waiting import WaitingRequest
from app.ui import words
from app.ui.account_foot import AccountFoot
from app.ui.details import Facts, as_text, details_for_it, facts_for_it
from app.ui.find.page import FindPage
from app.ui.find.take import Take
from app.ui.interrupted import InterruptedTransfers
from app.ui.main_window import FIND, UPLOAD, MainWindow
from app.ui.opening import LinkOpening
from app.ui.preferences import Preferences
from app.ui.refreshing import IndexRefresh
from app.ui.services import WindowServices, WindowSettings
from app.ui.settings.page import SettingsPage
from app.ui.settings_over import SettingsOver
from app.ui.sharing import LinkSharing
from app.ui.staging.page import StagingPage
from app.ui.tags_in_use import TagsInUse
from app.ui.takeaway import downloads_folder, waiting_fetch, waiting_staged
from app.ui.transfers.download import Download
from app.ui.transfers.foot import TransfersFoot
from app.ui.transfers.kinds import AnyTransfer
from app.ui.transfers.panel import TransfersPanel
from app.ui.transfers.queue import TransferQueue
from app.ui.transfers.sharing import Sharing
from app.ui.transfers.transfer import State
from app.ui.transfers.upload import Upload
from app.ui.transfers.wording import unfinished
from app.ui.upload.conflict_sheet import ConflictSheet
from app.ui.upload.page import UploadPage
from app.ui.uploading import queued_upload
from app.ui.widgets.accessible import announce
from app.ui.widgets.banner import Banner
from app.ui.zip_target import ZipTarget, ZipTargets
from app.workers.ask import AskingResolver, Question
from app.workers.job import JobRunner

STAGING = "staging"
SETTINGS = "settings"
_OFFLINE, _FAILURE, _REBUILT = "offline", "failure", "rebuilt"


class Workplace(QObject):
    """The window with its pages, before and after it is connected.

    Signals:
        connection_asked: the person wants it to be tried again.

    Attributes:
        window: the window.
        downloads: folder that ZIPs are saved to where the person has chosen no other one.
        targets: tells where ZIPs are saved.
        preferences: what the person wants of the window.
        account_foot: the last line of the sidebar.
    """

    connection_asked = Signal()

    def __init__(self, window: MainWindow, settings: WindowSettings, runner: JobRunner) -> None:
        super().__init__(window)
        self.window = window
        self.downloads = downloads_folder()
        self._settings = settings
        self._services: WindowServices | None = None
        self.preferences = Preferences(window.settings, self)
        self.targets = ZipTargets(window, self.preferences, lambda: self.downloads)
        self._resolver = AskingResolver(self)
        self.queue = TransferQueue(runner, self)
        self.upload = UploadPage(runner, settings, self.now)
        self.find = FindPage(runner, settings.rules, self.now)
        self.staging = StagingPage(runner, self.now)
        self.tags = TagsInUse(runner, self)
        self.refresh = IndexRefresh(runner, settings.refresh_minutes, self)
        self.panel = TransfersPanel(self.queue)
        self.foot = TransfersFoot(self.queue)
        self.account_foot = AccountFoot()
        self.settings = self._make_settings()
        self._over: SettingsOver | None = None
        self._below: QWidget | None = None
        self._sheets: dict[Question[Conflict, Resolution], ConflictSheet] = {}
        self._build()
        self._connect_pages()
        self._connect_settings()
        self._connect_tags()
        self._connect_transfers()
        self.sharing = LinkSharing(window, self.find, self.queue, settings, lambda: self._services, self.now)
        self.opening = LinkOpening(window, self.find, self.queue, lambda: self._services, self.targets)
        self.opening.refused.connect(self.say_failure)
        self.interrupted = InterruptedTransfers(window, runner)
        self.interrupted.upload_asked.connect(self._upload)
        self.interrupted.download_asked.connect(self._go_on_with_download)
        self.interrupted.link_asked.connect(self.sharing.go_on)
        self.interrupted.retag_asked.connect(self.find.retagging.go_on)
        self.interrupted.failed.connect(self.say_failure)

    def now(self) -> datetime:
        """Return the time in the zone of this computer."""
        return self._services.clock.now().astimezone() if self._services else datetime.now().astimezone()

    def connect_to(self, services: WindowServices) -> None:
        """Work with this storage from now on."""
        self._services = services
        for page in (self.upload, self.find, self.staging):
            page.connect_to(services)
        self.tags.connect_to(services.from_index)
        self.refresh.connect_to(services)
        self.opening.go_on()
        self.interrupted.connect_to(services)
        self.settings.refresh_details()

    def forget(self) -> None:
        """Cancel what runs and forget everything that was shown: somebody else may sit here next."""
        self._services = None
        for page in (self.upload, self.find, self.staging):
            page.forget()
        self.tags.forget()
        self.refresh.forget()
        self.interrupted.forget()
        self.queue.forget()
        self.settings.refresh_details()
        self.window.drawer.set_open(False)
        self.window.clear_banners()
        self.window.show_page(UPLOAD)

    def unfinished(self) -> str | None:
        """Return what closing the window would stop; None where nothing is under way."""
        return unfinished(self.queue.open_transfers, goes_on=True)

    def leave(self) -> None:
        """Stop everything; what can go on at the next start is left so, what waits too."""
        self.queue.cancel_all(is_for_later=True)

    @property
    def services(self) -> WindowServices | None:
        """What it works with; None before it is connected."""
        return self._services

    def say_failure(self, error: AppError) -> None:
        """Show an error that belongs to no page."""
        title = f"{words.quoted(error.target)}: {error.title}" if error.target else error.title
        banner = Banner("error", "alert", title, error.detail, "Close", cause=_FAILURE)
        banner.pressed.connect(lambda: self.window.clear_banner(_FAILURE))
        self.window.show_banner(banner)

    def copy_details(self, error: AppError, asked: str) -> None:
        """Put what IT wants to know onto the clipboard."""
        self._copy(details_for_it(error, asked, self._settings, self._services, self.now()))

    def show_settings(self) -> None:
        """Show the settings, the keyboard at the first one; over what covers the window, with a way back."""
        covering = self.window.covering
        if covering is None:
            self.window.show_page(SETTINGS, with_keyboard=True)
        elif covering is not self._over:
            self._below = covering
            self.window.cover(self._settings_over())

    def _settings_over(self) -> SettingsOver:
        if self._over is None:
            self._over = SettingsOver(self._make_settings())
            self._over.left.connect(self._leave_settings)
        return self._over

    def _leave_settings(self) -> None:
        if self._below is not None:
            self.window.cover(self._below)

    def _make_settings(self) -> SettingsPage:
        page = SettingsPage(self.preferences, self._settings.organization, self._settings.public_links, self._facts)
        page.copy_asked.connect(lambda: self._copy(as_text(self._facts(), self.now())))
        return page

    def _facts(self) -> Facts:
        return facts_for_it(self._settings, self._services)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        QToolTip.showText(QCursor.pos(), "Copied", self.window)
        announce(self.window, "Copied")

    def _build(self) -> None:
        self.window.add_page(UPLOAD, "Upload", "upload", self.upload)
        self.window.add_page(FIND, "Find", "find", self.find)
        self.window.add_page(STAGING, "Temporary copies", "clock", self.staging)
        self.window.set_drawer(self.panel)
        self.window.add_page_aside(SETTINGS, self.settings)
        self.window.add_foot(self.foot)
        self.window.add_foot(self.account_foot)
        self.window.close_guard = self.unfinished
        self.window.bind("Ctrl+O", self._at_upload(self.upload.choose_files))
        self.window.bind("Ctrl+Shift+O", self._at_upload(self.upload.choose_folder))

    def _at_upload(self, choose: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            self.window.show_page(UPLOAD)
            choose()

        return run

    def _connect_pages(self) -> None:
        self.window.files_dropped.connect(self.upload.add_paths)
        self.upload.upload_asked.connect(self._upload)
        self.upload.find_asked.connect(self._find)
        self.find.download_asked.connect(self._download)
        self.find.sheet_asked.connect(self.window.open_sheet)
        self.find.retagging.failed.connect(self.say_failure)
        self.find.retagging.ended.connect(self.tags.read)
        self.find.details_asked.connect(self.copy_details)
        self.find.connection_asked.connect(self.connection_asked)
        self.find.offline.connect(self._say_offline)
        self.find.online.connect(lambda: self.window.clear_banner(_OFFLINE))
        self.find.refresh_asked.connect(self.refresh.refresh)
        self.find.search_began.connect(self.refresh.stand_back)
        self.find.search_ended.connect(self.refresh.go_on)
        self.find.search_ended.connect(lambda report: self.tags.read() if report is not None else None)
        self.refresh.refreshed.connect(self.tags.read)
        self.refresh.refreshed.connect(self.find.take_refresh)
        self.refresh.rebuilt.connect(self._say_rebuilt)
        self.staging.counted.connect(lambda number: self.window.set_count(STAGING, number))
        self.staging.save_asked.connect(self._save_staged)
        self.staging.link_asked.connect(lambda request: self.sharing.copy_link_of(request))
        self.staging.failed.connect(self.say_failure)

    def _connect_settings(self) -> None:
        self.account_foot.settings_asked.connect(self.show_settings)
        self.window.settings_asked.connect(self.show_settings)
        self.window.page_shown.connect(lambda page: self.account_foot.set_current(page == SETTINGS))
        self.preferences.changed.connect(self._follow_preferences)
        self._follow_preferences()

    def _follow_preferences(self) -> None:
        self.find.set_adds_list(self.preferences.adds_list)

    def _connect_tags(self) -> None:
        for field in (self.upload.first.field, self.upload.list.field, self.find.field):
            field.complete_from(lambda: self.tags.vocabulary)
        self.find.retagging.complete_from(lambda: self.tags.vocabulary)
        self.tags.changed.connect(lambda: self.upload.first.set_example(self.tags.vocabulary.most_used))

    def _connect_transfers(self) -> None:
        self._resolver.asked.connect(self._ask)
        self._resolver.withdrawn.connect(self._withdraw)
        self.foot.clicked.connect(self.window.toggle_drawer)
        self.window.drawer.toggled.connect(self.foot.set_open)
        self.panel.show_asked.connect(self._show_result)
        self.panel.retry_asked.connect(self._retry)
        self.panel.folder_asked.connect(_open_folder)
        self.panel.upload_asked.connect(self._upload_beside)
        self.panel.fold_asked.connect(lambda: self.window.drawer.set_open(False))
        self.queue.ended.connect(self._ended)

    def _find(self, terms: tuple[Term, ...]) -> None:
        self.window.show_page(FIND)
        self.find.search_for(terms)
        self.find.focus_first()

    def _upload(self, request: UploadRequest) -> None:
        if self._services is not None:
            self.queue.add(queued_upload(request, self._services, self._resolver))

    def _upload_beside(self, request: UploadRequest, ended: Upload) -> None:
        """Try one file of an upload again, which stays in view while other files of it have failed."""
        if self._services is not None:
            upload_ = queued_upload(request, self._services, self._resolver)
            self.queue.add(upload_, beside=ended if ended.has_failures else None)

    def _download(self, take: Take) -> None:
        name, services = zip_name(take.query.describe()), self._services
        if services is not None:
            self.targets.choose(name, lambda target: self._download_to(target, take, services))

    def _download_to(self, target: ZipTarget, take: Take, services: WindowServices) -> None:
        if services is self._services:  # who was asked may have signed out meanwhile
            size_bytes = sum(match.stored.size_bytes for match in take.files)
            waiting = waiting_fetch(take, target, services)
            name = target.path.name if target.is_file else zip_name(take.query.describe())
            self._add_download(name, len(take.files), size_bytes, waiting)

    def _go_on_with_download(self, transfer: OpenTransfer) -> None:
        if self._services is not None:
            waiting = self._services.downloader.waiting_again(transfer.id)
            self._add_download(Path(transfer.name).name, transfer.files, transfer.size_bytes, waiting)

    def _add_download(self, name: str, files: int, size_bytes: int, waiting: WaitingRequest[Request]) -> None:
        if self._services is not None:
            self.queue.add(Download(name, files, size_bytes, waiting, self._services.downloader.run))

    def _save_staged(self, request: StagedRequest) -> None:
        self.targets.ask(zip_name(request.name or "Files"), lambda output: self.save_staged(request, output))

    def save_staged(self, request: StagedRequest, output: Path) -> None:
        """Save temporary copies as the ZIP `output`."""
        if self._services is not None:
            waiting = waiting_staged(request, output, self._services)
            self._add_download(output.name, request.files, request.size_bytes, waiting)

    def _retry(self, transfer: AnyTransfer) -> None:
        if not isinstance(transfer, Upload):
            again = transfer.retry()
            self.queue.dismiss(transfer)
            self.queue.add(again)
            return
        request = transfer.retry_request()
        if transfer.open_run is not None:
            self.queue.dismiss(transfer)
            self.interrupted.go_on_with_upload(transfer.open_run)
        elif request is not None:
            self.queue.dismiss(transfer)
            self._upload(request)

    def _show_result(self, transfer: AnyTransfer) -> None:
        if isinstance(transfer, Upload):
            self._find(tuple(Term(value) for value in transfer.values))
        elif isinstance(transfer, Sharing):
            self.sharing.copy_again(transfer)
        elif transfer.output is not None:
            _open_folder(transfer.output)

    def _ended(self, transfer: AnyTransfer) -> None:
        if isinstance(transfer, Upload):
            self.tags.read()
        else:
            self.staging.reload()
        if transfer.has_failures and not self.queue.open_transfers:
            self.window.drawer.set_open(True)

    def _ask(self, question: Question[Conflict, Resolution]) -> None:
        if question.cancel.is_cancelled:
            return
        upload_ = next((t for t in self.queue.transfers if isinstance(t, Upload) and t.state is State.RUNNING), None)
        total = len(upload_.request.files) if upload_ is not None else question.what.total
        sheet = self._sheets[question] = ConflictSheet(question.what, total, self.now(), self.preferences.suggests)
        sheet.accepted.connect(lambda: question.answer(sheet.resolution()))
        sheet.rejected.connect(upload_.cancel if upload_ is not None else question.cancel.cancel)
        sheet.closed.connect(lambda: self._sheets.pop(question, None))
        self.window.open_sheet(sheet)

    def _withdraw(self, question: Question[Conflict, Resolution]) -> None:
        sheet = self._sheets.get(question)
        if sheet is not None:
            sheet.reject()

    def _say_offline(self, text: str) -> None:
        banner = Banner("warn", "offline", "No connection", text, "Try now", cause=_OFFLINE)
        banner.pressed.connect(self.find.search_again)
        self.window.show_banner(banner)

    def _say_rebuilt(self) -> None:
        text = "The list of files on this computer was damaged and is made anew."
        banner = Banner("info", "info", "Searches take longer for a while", text, "Close", cause=_REBUILT)
        banner.pressed.connect(lambda: self.window.clear_banner(_REBUILT))
        self.window.show_banner(banner)


def _open_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
