"""The one window: sidebar, banner, pages, drawer, sheets. What the pages do it doesn't know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QCloseEvent, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QStackedWidget, QWidget
from shiboken6 import isValid

from app.ui.account_foot import AccountFoot
from app.ui.banners import BannerSlot
from app.ui.breakpoints import RAIL_BELOW_U, width_u
from app.ui.drawer import Drawer
from app.ui.drop_cover import DropCover
from app.ui.drop_target import REFUSED_TEXT, REFUSED_TITLE, DropTarget
from app.ui.icons import app_icon
from app.ui.sidebar import Place, Sidebar
from app.ui.theme import keep_scaled, u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.banner import Banner
from app.ui.widgets.boxes import column, hairline, row
from app.ui.widgets.foot_button import FootButton
from app.ui.widgets.page import Page
from app.ui.widgets.sheet import Sheet
from app.ui.window_keys import bind_keys, focus_next_region
from app.ui.window_place import restore_place, save_place, window_settings

UPLOAD = "upload"
FIND = "find"
"""Ids of the places that keys and drops lead to."""

_REFUSED = "drop-refused"
_REFUSED_MS = 10_000
_SETTINGS_KEYS = "Ctrl+,"


class MainWindow(QWidget):
    """Puts the parts of the window together.

    Attributes:
        close_guard: asked when the window is about to close; a sentence if work would be lost, None if not.
        sidebar: the places.
    """

    files_dropped = Signal(list)
    """Files and folders were dropped anywhere, or pasted: a list of paths. The upload page is shown by then."""

    page_shown = Signal(str)
    """Another page is shown: its id."""

    settings_asked = Signal()
    """The settings shall be shown, over what covers the window if anything does."""

    about_to_close = Signal()
    """The window closes now, whatever still runs."""

    def __init__(self, settings: QSettings | None = None) -> None:
        """Args: `settings` remembers the window's place; the person's own file where None."""
        super().__init__()
        self.close_guard: Callable[[], str | None] = lambda: None
        self._settings = settings if settings is not None else window_settings()
        self._pages: dict[str, QWidget] = {}
        self._aside: dict[str, QWidget] = {}
        self._sheets: list[Sheet] = []
        self._asks_to_close = False
        self._may_close = False
        self._was_shown = False
        self._focused_before: QWidget | None = None
        self._body = QWidget()
        self._layers = QStackedLayout(self)
        self.sidebar = Sidebar()
        self._banners = BannerSlot()
        self._stack = QStackedWidget()
        self._drawer = Drawer()
        self._arrange()
        self._connect()
        self.setWindowTitle("Tagdrop")
        set_role(self, QAccessible.Role.Window)
        self.setWindowIcon(app_icon())
        keep_scaled(self, self._limit)
        restore_place(self, self._settings)
        keep_scaled(self, self._fit)

    @property
    def settings(self) -> QSettings:
        """The person's own file for what the window remembers."""
        return self._settings

    def add_page(self, place_id: str, title: str, icon: str, widget: QWidget) -> None:
        """Append a place to the sidebar and its page; the first one is shown."""
        self._pages[place_id] = widget
        self._stack.addWidget(widget)
        self.sidebar.add_place(Place(place_id, title, icon))
        if len(self._pages) == 1:
            self.show_page(place_id)

    def add_page_aside(self, page_id: str, widget: QWidget) -> None:
        """Add a page that is no place of the sidebar."""
        self._aside[page_id] = widget
        self._stack.addWidget(widget)

    def show_page(self, place_id: str, with_keyboard: bool = False) -> None:
        """Show a place or a page aside; `with_keyboard` puts the keyboard where work on it begins."""
        page = self._aside.get(place_id) or self._pages[place_id]
        is_new = self._stack.currentWidget() is not page or len(self._pages) == 1
        self._stack.setCurrentWidget(page)
        self.sidebar.set_current(place_id if place_id in self._pages else None)
        if with_keyboard:
            self._focus_page()
        if is_new:
            self.page_shown.emit(place_id)

    def current_page(self) -> str:
        """Return the id of the page that is shown."""
        shown = self._stack.currentWidget()
        return next(page_id for page_id, page in (self._pages | self._aside).items() if page is shown)

    def set_count(self, place_id: str, number: int) -> None:
        """Show a number behind a place's title; 0 shows none."""
        self.sidebar.set_count(place_id, number)

    def add_foot(self, widget: FootButton | AccountFoot) -> None:
        """Append a button at the foot of the sidebar, such as that of the transfers."""
        self.sidebar.add_foot(widget)

    def show_banner(self, banner: Banner) -> None:
        """Show a banner above the page, in place of one that is there."""
        self._banners.show_banner(banner)

    def clear_banner(self, cause: str) -> None:
        """Take away the banner of this cause (`Banner.cause`), which is gone; one that it covered is back."""
        self._banners.clear(cause)

    def bind(self, keys: str, action: Callable[[], object]) -> None:
        """Let keys, such as "Ctrl+O", call something wherever in the window the keyboard is."""
        bind_keys(self._body, {keys: action})

    def clear_banners(self) -> None:
        """Take away every banner."""
        self._banners.clear_all()

    def set_drawer(self, widget: QWidget) -> None:
        """Put the transfers' list into the drawer."""
        self._drawer.set_content(widget)

    @property
    def drawer(self) -> Drawer:
        """The drawer at the foot; `toggled` tells when it opens or closes."""
        return self._drawer

    def toggle_drawer(self) -> None:
        """Open the drawer, or close it."""
        self._drawer.set_open(not self._drawer.is_open)

    def cover(self, widget: QWidget) -> None:
        """Show `widget` in place of everything else; keys and drops mean nothing to the places meanwhile.

        The window takes it; who made it may delete it once it is uncovered.
        """
        if not self.is_covered:
            self._focused_before = self.focusWidget()
        if self._layers.indexOf(widget) < 0:
            self._layers.addWidget(widget)
            bind_keys(widget, {_SETTINGS_KEYS: self.settings_asked.emit})
        self._layers.setCurrentWidget(widget)
        self._pause_drops()
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def uncover(self) -> None:
        """Show the places again, the keyboard where it was."""
        if not self.is_covered:
            return
        self._layers.setCurrentWidget(self._body)
        self._pause_drops()
        before, self._focused_before = self._focused_before, None
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._focus_page()

    @property
    def is_covered(self) -> bool:
        """Whether something is shown in place of the places."""
        return self.covering is not None

    @property
    def covering(self) -> QWidget | None:
        """What is shown in place of the places."""
        shown = self._layers.currentWidget()
        return shown if shown is not self._body else None

    def open_sheet(self, sheet: Sheet) -> None:
        """Ask something that must be answered before work goes on."""
        self._sheets.append(sheet)
        self._pause_drops()
        sheet.closed.connect(lambda: self._forget(sheet))
        sheet.open_on(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self._focus_page()

    def closeEvent(self, event: QCloseEvent) -> None:
        question = None if self._may_close else self.close_guard()
        if question is not None:
            event.ignore()
            self._ask_before_close(question)
            return
        save_place(self, self._settings)
        self.about_to_close.emit()
        event.accept()

    def _limit(self) -> None:
        """Stay large enough for the widest button, whatever the text size, but never larger than the screen."""
        least = QSize(max(480, u(360)), max(400, u(300)))
        self.setMinimumSize(least.boundedTo(self.screen().availableSize()))

    def _fit(self) -> None:
        self.sidebar.set_rail(width_u(self) < RAIL_BELOW_U)
        self._drawer.fit()

    def _arrange(self) -> None:
        content = QWidget()
        content.setProperty("box", "page")
        content.setLayout(column(content, gap=0).add(self._banners).add(self._stack, 1).add(self._drawer))
        self._body.setLayout(row(self._body, gap=0).add(self.sidebar).add(hairline(vertical=True)).add(content, 1))
        self._layers.addWidget(self._body)
        self._cover = DropCover(content)

    def _connect(self) -> None:
        self._drops = DropTarget(self)
        self._drops.entered.connect(self._cover.show_for)
        self._drops.left.connect(self._cover.hide)
        self._drops.files_dropped.connect(self._take_files)
        self._drops.refused.connect(self._say_refused)
        self.sidebar.place_chosen.connect(self.show_page)
        self._drawer.keyboard_left.connect(self._focus_page)
        bind_keys(
            self._body,
            {
                **{f"Ctrl+{number}": self._shower(number) for number in (1, 2, 3)},
                "Ctrl+F": self._shower_of(FIND),
                "Ctrl+J": self.toggle_drawer,
                _SETTINGS_KEYS: self.settings_asked.emit,
                "Ctrl+V": lambda: self._drops.take(QGuiApplication.clipboard().mimeData()),
                "F6": lambda: focus_next_region(self._regions(), 1),
                "Shift+F6": lambda: focus_next_region(self._regions(), -1),
                "Esc": self._close_layer,
            },
        )

    def _shower(self, number: int) -> Callable[[], None]:
        def show() -> None:
            if number <= len(self._pages):
                self.show_page(list(self._pages)[number - 1], with_keyboard=True)

        return show

    def _shower_of(self, place_id: str) -> Callable[[], None]:
        def show() -> None:
            if place_id in self._pages:
                self.show_page(place_id, with_keyboard=True)

        return show

    def _take_files(self, paths: list[Path]) -> None:
        self.clear_banner(_REFUSED)
        if UPLOAD in self._pages:
            self.show_page(UPLOAD)
        self.files_dropped.emit(paths)

    def _say_refused(self) -> None:
        self.show_banner(Banner("info", "info", REFUSED_TITLE, REFUSED_TEXT, cause=_REFUSED))
        QTimer.singleShot(_REFUSED_MS, self, lambda: self.clear_banner(_REFUSED))

    def _regions(self) -> list[QWidget]:
        page = self._stack.currentWidget()
        regions = list(page.regions()) if isinstance(page, Page) else [page]
        return [self.sidebar.list, *regions, *([self._drawer] if self._drawer.is_open else [])]

    def _close_layer(self) -> None:
        page = self._stack.currentWidget()
        if self._drawer.is_open:
            self._drawer.set_open(False)
        elif isinstance(page, Page):
            page.close_layer()

    def _focus_page(self) -> None:
        page = self._stack.currentWidget()
        if isinstance(page, Page):
            page.focus_first()
        elif page is not None:
            page.setFocus()

    def _ask_before_close(self, question: str) -> None:
        if self._asks_to_close:
            return
        self._asks_to_close = True
        sheet = Sheet("Close Tagdrop?", question, "Stop and close", "Keep open")
        # Enter must not throw away what somebody waits for.
        sheet.set_first(sheet.cancel)
        sheet.accepted.connect(self._close_now)
        sheet.rejected.connect(self._stay_open)
        self.open_sheet(sheet)

    def _close_now(self) -> None:
        self._may_close = True
        self.close()

    def _stay_open(self) -> None:
        self._asks_to_close = False

    def _forget(self, sheet: Sheet) -> None:
        self._sheets.remove(sheet)
        self._pause_drops()

    def _pause_drops(self) -> None:
        self._drops.is_paused = bool(self._sheets) or self.is_covered
