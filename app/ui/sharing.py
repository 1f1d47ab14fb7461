"""Sharing found files: the button, its popup and its key, and the link on the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QToolTip

from app.core.links import Link, link_to_text
from app.core.open_transfers import OpenTransfer
from app.core.query import Query
from app.core.sharing import PUBLIC_LIFE, ShareRequest
from app.core.zipnames import zip_name
from app.services.linking import Linker
from app.services.share import SharedLink
from app.services.stage import StagedRequest
from app.services.waiting import WaitingRequest
from app.ui import words
from app.ui.find.page import FindPage
from app.ui.find.share_popup import SharePopup
from app.ui.main_window import MainWindow
from app.ui.services import WindowServices, WindowSettings
from app.ui.transfers.queue import TransferQueue
from app.ui.transfers.sharing import Sharing
from app.ui.transfers.transfer import State
from app.ui.widgets.accessible import announce
from app.ui.widgets.buttons import set_enabled

_COPIED = "Link copied"


class LinkSharing(QObject):
    """Puts *Share link* into the find page's bar and makes the links.

    A search as it stands needs nothing but its words. Chosen files, and what anyone shall open, become a ZIP first.

    Args:
        window: the window.
        find: its page where files are found.
        queue: takes the making of a link.
        settings: say whether there are public links, and who decides that.
        services: returns what it works with; None before it is connected.
        now: returns the time, aware, in the zone that is shown.
    """

    popup: SharePopup | None = None
    """What is open, if it is."""

    def __init__(
        self,
        window: MainWindow,
        find: FindPage,
        queue: TransferQueue,
        settings: WindowSettings,
        services: Callable[[], WindowServices | None],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._queue = queue
        self._services = services
        self._now = now
        self._turned_off_by = "" if settings.public_links else settings.organization or "your organisation"
        self._find = find
        self.button = self._find.bar.add_action("Share link", "link", is_first=True)
        self.button.clicked.connect(self._open_popup)
        # What can be downloaded can be shared, and for the same reasons it can't.
        self._find.download.installEventFilter(self)
        self._follow()
        window.bind("Ctrl+Shift+C", self.copy_tagdrop_link)
        queue.ended.connect(self._ended)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be enabled while files can be taken away."""
        if event.type() in (QEvent.Type.EnabledChange, QEvent.Type.ToolTipChange):
            self._follow()
        return False

    def copy_tagdrop_link(self) -> None:
        """Copy the link for colleagues: to the search, or to a ZIP of the files that were chosen."""
        query = self._find.searching.query
        if not self.button.isEnabled() or not self._find.isVisible():
            return
        if self._find.table.selected_count() or self._find.model.is_filtered:
            self._make(is_public=False)
        else:
            self._copy(link_to_text(Link(query)))

    def copy_link_of(self, request: StagedRequest) -> None:
        """Copy the link to a ZIP that is shared already."""
        if request.archive is not None:
            self._copy(link_to_text(Link(request.query or Query(), request.archive.key)))

    def copy_again(self, sharing: Sharing) -> None:
        """Copy the link that was made."""
        if sharing.link is not None:
            self._copy(sharing.link.text)

    def _follow(self) -> None:
        download = self._find.download
        set_enabled(self.button, download.isEnabled(), download.toolTip())

    def _open_popup(self) -> None:
        popup = self.popup = SharePopup(self._window, self._turned_off_by)
        popup.tagdrop_asked.connect(self.copy_tagdrop_link)
        popup.public_asked.connect(lambda: self._make(is_public=True))
        popup.destroyed.connect(self._forget_popup)
        popup.open_above(self._find.bar)

    def _forget_popup(self) -> None:
        self.popup = None

    def _make(self, is_public: bool) -> None:
        services = self._services()
        if services is None:
            return
        query, public_for = self._find.searching.query, PUBLIC_LIFE if is_public else None
        request = ShareRequest(self._find.bar.chosen(), query, services.identity.user_id, public_for)
        self._add(request, services.linker, services.linker.waiting(request))

    def go_on(self, transfer: OpenTransfer, request: ShareRequest) -> None:
        """Make a link that was being made when the program ended."""
        services = self._services()
        if services is not None:
            self._add(request, services.linker, services.linker.waiting_again(transfer.id))

    def _add(self, request: ShareRequest, linker: Linker, waiting: WaitingRequest[ShareRequest]) -> None:
        name, files, is_public = zip_name(request.query.describe()), len(request.files), request.public_for is not None
        self._queue.add(Sharing(name, files, request.size_bytes, is_public, waiting, linker.run, self._ends))

    def _ends(self, link: SharedLink) -> str:
        """Return when a link ends: "18:40", "tomorrow at 09:31"."""
        now = self._now()
        end = link.expires_at.astimezone(now.tzinfo)
        return words.clock(end) if end.date() == now.date() else f"tomorrow at {words.clock(end)}"

    def _ended(self, transfer: QObject) -> None:
        if isinstance(transfer, Sharing) and transfer.state is State.DONE:
            self.copy_again(transfer)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        QToolTip.showText(QCursor.pos(), _COPIED, self._window)
        announce(self._window, _COPIED)
