"""Opening a Tagdrop link: the search that it holds, and the ZIP that somebody shared by it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.core.errors import InputError
from app.core.links import Link, is_link, link_from_text
from app.ui import words
from app.ui.find.page import FindPage
from app.ui.main_window import FIND, MainWindow
from app.ui.services import WindowServices
from app.ui.takeaway import archive_name, waiting_saving
from app.ui.transfers.download import Download
from app.ui.transfers.queue import TransferQueue
from app.ui.widgets.banner import Banner
from app.ui.zip_target import ZipTarget, ZipTargets

_OFFERED = "link"
_TYPED_AT_ONCE = 8  # nobody types so many characters in one go: it was pasted


class LinkOpening(QObject):
    """Opens links that were given at the start, or pasted into the find field.

    Args:
        window: the window.
        find: its page where files are found.
        queue: takes the download.
        services: returns what it works with; None before it is connected.
        targets: tells where ZIPs are saved.
    """

    refused = Signal(object)
    """A link can't be read: the `AppError`."""

    def __init__(
        self,
        window: MainWindow,
        find: FindPage,
        queue: TransferQueue,
        services: Callable[[], WindowServices | None],
        targets: ZipTargets,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._find = find
        self._queue = queue
        self._services = services
        self._targets = targets
        self._waiting: str | None = None
        self._typed = 0
        find.field.changed.connect(self._look_for_paste)

    def open_link(self, text: str) -> None:
        """Show the search of a link that another program gave, and offer the ZIP that it leads to.

        It isn't saved unasked: a page in the browser can open a link without anybody's wish. What can't be read is
        said.
        """
        link = self._read(text)
        if link is not None and link.archive_key is not None:
            self._offer(link.archive_key)

    def go_on(self) -> None:
        """Save the ZIP of a link that was to be saved before there was a connection."""
        services, key = self._services(), self._waiting
        if services is None or key is None:
            return
        self._waiting = None
        self._targets.choose(archive_name(key), lambda target: self._save_to(target, key, services))

    def _save_to(self, target: ZipTarget, key: str, services: WindowServices) -> None:
        if services is self._services():  # who was asked may have signed out meanwhile
            name = target.path.name if target.is_file else archive_name(key)
            self._queue.add(Download(name, 0, 0, waiting_saving(key, target, services), services.downloader.run))

    def _read(self, text: str) -> Link | None:
        """Show the search of a link and return it; None where it can't be read, which is said."""
        try:
            link = link_from_text(text)
        except InputError as error:
            self.refused.emit(error)
            return None
        self._window.show_page(FIND, with_keyboard=True)
        self._search(link)
        return link

    def _offer(self, key: str) -> None:
        title = f"A link leads to {words.name(key.rpartition('/')[2])}"
        text = "Save it if a colleague has sent you the link."
        banner = Banner("info", "download", title, text, "Save ZIP", _OFFERED, "Close")
        banner.pressed.connect(lambda: self._save(key))
        banner.second_pressed.connect(lambda: self._window.clear_banner(_OFFERED))
        self._window.show_banner(banner)

    def _save(self, key: str) -> None:
        self._window.clear_banner(_OFFERED)
        self._waiting = key
        self.go_on()

    def _search(self, link: Link) -> None:
        if link.query.is_everything:
            self._find.show_all()
        else:
            self._find.search_for(link.query.terms, link.query.joined)

    def _look_for_paste(self) -> None:
        text = self._find.field.pending_text()
        before, self._typed = self._typed, len(text)
        if len(text) - before >= _TYPED_AT_ONCE and is_link(text):
            self._find.field.clear_typed()
            link = self._read(text)
            if link is not None and link.archive_key is not None:
                self._save(link.archive_key)
