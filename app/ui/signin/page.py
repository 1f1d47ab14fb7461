"""The page that covers the window while somebody signs in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.ui.signin.parts import AddressLine, Logo
from app.ui.signin.view import Action, Choice, View
from app.ui.theme import keep_scaled, u
from app.ui.widgets.accessible import announce, set_role
from app.ui.widgets.banner import Banner
from app.ui.widgets.boxes import column, row
from app.ui.widgets.button_row import Buttons
from app.ui.widgets.buttons import Button, button, set_enabled
from app.ui.widgets.labels import IconLabel, label

_WIDTH = 470


class SignInPage(QWidget):
    """Shows one `View` at a time. Enter presses the button that has the keyboard, else the first; Esc cancels.

    Signals:
        chosen: with the `Action` of the button that was pressed, `CANCEL` after Esc.
    """

    chosen = Signal(object)

    def __init__(self, organization: str = "") -> None:
        """Args: `organization` is named at the foot; empty shows none."""
        super().__init__()
        self._view: View | None = None
        self._buttons: dict[Action, Button] = {}
        self._body: QWidget | None = None
        self._logo: Logo | None = None
        self.setProperty("box", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        set_role(self, QAccessible.Role.Dialog)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        content = QWidget()
        self._content = column(content, gap=0)
        content.setLayout(self._content)
        self._scroll.setWidget(content)
        content.setAutoFillBackground(False)
        layout = column(self, gap=0).add(self._scroll, 1)
        self.setLayout(layout.add(_foot(organization)) if organization else layout)

    @property
    def view(self) -> View | None:
        """What is shown."""
        return self._view

    def button(self, action: Action) -> Button:
        """Return the button of an action that is offered."""
        return self._buttons[action]

    def show_view(self, view: View) -> None:
        """Show another page; the keyboard stays on the same action, where there still is one."""
        if view == self._view:
            return
        # Of the window, as the person may be in the browser: where the keyboard is once they come back.
        keyboard = self.window().focusWidget()
        had_keyboard = keyboard is not None and (keyboard is self or self.isAncestorOf(keyboard))
        focused = next((action for action, made in self._buttons.items() if made is keyboard), None)
        self._view = view
        self._buttons = {choice.action: self._button(choice) for choice in _choices(view)}
        self._replace_body(self._make_body(view))
        self._fit()
        self.setAccessibleName(view.spoken)
        self.setFocusProxy(self._buttons[focused] if focused in self._buttons else self._first())  # type: ignore[arg-type]
        if had_keyboard:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.isVisible():
            self._announce()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()
        self._announce()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.chosen.emit(Action.CANCEL)
        # A key that is still held from the page before must not press anything on this one.
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            focused = next((made for made in self._buttons.values() if made.hasFocus()), self._first())
            if focused is not None:
                focused.click()
        else:
            super().keyPressEvent(event)

    def _replace_body(self, body: QWidget) -> None:
        before, self._body = self._body, body
        self._content.addWidget(body)
        body.show()
        if before is not None:
            self._content.removeWidget(before)
            before.hide()
            before.deleteLater()  # not at once: one of its buttons may be what has just been pressed

    def _make_body(self, view: View) -> QWidget:
        box = QWidget()
        self._logo = Logo()
        inner = column(box, gap=0).add(self._logo).add(_centred(view.title, 1.9, 600))
        if view.text:
            inner.space(8).add(_centred(view.text, 1.05, role="text2"))
        if view.notice is not None:
            notice = view.notice
            inner.space(20).add(Banner(notice.kind, notice.icon, notice.title, notice.text))
        if view.address:
            inner.space(18).add(AddressLine(view.address, "Address of the sign-in page"))
        if view.choices:
            inner.space(26).add(Buttons([self._buttons[choice.action] for choice in view.choices]))
        if view.below is not None:
            inner.space(14).add(Buttons([self._buttons[view.below.action]]))
        box.setLayout(inner)
        keep_scaled(box, lambda: box.setMaximumWidth(u(_WIDTH)))
        body = QWidget()
        middle = row(body, gap=0).fill(1).add(box, 100).fill(1)
        body.setLayout(column(body, gap=0, margins=(24, 24, 24, 12)).fill(1).add(middle).fill(2))
        return body

    def _fit(self) -> None:
        """Leave out the mark where the rest would have to be scrolled."""
        if self._body is None or self._logo is None:
            return
        room = self._scroll.viewport().size()
        needed = self._body.heightForWidth(room.width())
        if self._logo.isHidden():
            needed += self._logo.height()
        self._logo.setVisible(needed <= room.height())

    def _button(self, choice: Choice) -> Button:
        made = button(choice.text, choice.kind, choice.icon)
        set_enabled(made, not choice.not_yet, choice.not_yet)
        made.clicked.connect(lambda: self.chosen.emit(choice.action))
        return made

    def _first(self) -> Button | None:
        """Return the button that Enter means; None where there is none yet."""
        choices = self._view.choices if self._view is not None else ()
        return self._buttons[choices[0].action] if choices and not choices[0].not_yet else None

    def _announce(self) -> None:
        # A notice is announced by itself.
        if self._view is not None and self._view.notice is None:
            announce(self, self._view.spoken, is_urgent=True)


def _choices(view: View) -> tuple[Choice, ...]:
    return (*view.choices, view.below) if view.below is not None else view.choices


def _centred(text: str, ratio: float, weight: int | None = None, role: str | None = None) -> QWidget:
    made = label(text, ratio, weight, role, wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def _foot(organization: str) -> QWidget:
    foot = QWidget()
    words = label(f"Set up for {organization} by your IT team", 0.95, role="text2", wrap=True)
    foot.setLayout(row(foot, gap=6, margins=(24, 12, 24, 14)).add(IconLabel("building", "text2", 18)).add(words, 1))
    return foot
