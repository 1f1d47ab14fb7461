"""A few exclusive choices side by side, such as All and Any."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QWidget

from app.ui.theme import font, keep_scaled, theme, u
from app.ui.widgets.accessible import set_role
from app.ui.widgets.boxes import paint_box, paint_text, row


class Segmented(QWidget):
    """Exclusive buttons in a group; the arrow keys choose, Tab passes on."""

    chosen = Signal(int)
    """Another one was chosen by the person."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        """Args: `name` says what is chosen, `words` are the choices; the first one is set."""
        super().__init__()
        self.setAccessibleName(name)
        set_role(self, QAccessible.Role.Grouping)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._is_telling = True
        layout = row(self, gap=2, margins=(2, 2, 2, 2))
        self.setLayout(layout)
        for position, text in enumerate(words):
            segment = _Segment(text)
            self._group.addButton(segment, position)
            layout.add(segment)
        self.set_current(0)
        # Not idClicked: a screen reader toggles without a click.
        self._group.idToggled.connect(self._toggled)

    def current(self) -> int:
        """Return the position of the chosen one."""
        return self._group.checkedId()

    def set_current(self, position: int) -> None:
        """Choose without telling."""
        self._is_telling = False
        self._group.button(position).setChecked(True)
        self._is_telling = True
        self._pass_tab()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key())
        )
        if step is None:
            super().keyPressEvent(event)
            return
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.isRightToLeft():
            step = -step
        position = self.current() + step
        if 0 <= position < len(self._group.buttons()):
            self.set_current(position)
            self._group.button(position).setFocus(Qt.FocusReason.OtherFocusReason)
            self.chosen.emit(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        line = colors.edge2 if colors.is_contrast else None
        # Hover and field are nearly one colour in the dark.
        ground = colors.well if colors.name == "dark" else colors.hover
        paint_box(QPainter(self), QRectF(self.rect()), ground, line, colors.outline, u(7))

    def _toggled(self, position: int, is_on: bool) -> None:
        if is_on and self._is_telling:
            self._pass_tab()
            self.chosen.emit(position)

    def _pass_tab(self) -> None:
        for segment in self._group.buttons():
            policy = Qt.FocusPolicy.StrongFocus if segment.isChecked() else Qt.FocusPolicy.ClickFocus
            segment.setFocusPolicy(policy)


class _Segment(QRadioButton):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setAccessibleName(text)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        keep_scaled(self, self._resize)

    def sizeHint(self) -> QSize:
        return QSize(self._text_width + 2 * u(11), u(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: object) -> bool:
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # The arrow keys belong to the group, not to Qt's own walk through exclusive buttons.
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme()
        box = QRectF(self.rect())
        if self.isChecked():
            fill = colors.accent if colors.is_contrast else colors.raised
            paint_box(painter, box, fill, colors.edge2, colors.outline, u(6))
        elif self.underMouse():
            paint_box(painter, box, colors.press if not colors.is_contrast else None, None, 0, u(6))
        if self.hasFocus():
            paint_box(painter, box, None, colors.focus, 2, u(6))
        on = colors.on_accent if colors.is_contrast else colors.text
        painter.setPen(on if self.isChecked() else colors.text2)
        painter.setFont(font(weight=600 if self.isChecked() else None))
        paint_text(painter, self.rect(), self.text(), self.layoutDirection(), Qt.AlignmentFlag.AlignHCenter)

    def _resize(self) -> None:
        self._text_width = QFontMetrics(font(weight=600)).horizontalAdvance(self.text())
        self.updateGeometry()
