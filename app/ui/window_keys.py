"""The keys that work anywhere in the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget


def bind_keys(window: QWidget, keys: Mapping[str, Callable[[], object]]) -> None:
    """Let keys call something while the window is active.

    Args:
        window: where they work.
        keys: portable names of keys, such as "Ctrl+J", and what they do.
    """
    for sequence, action in keys.items():
        shortcut = QShortcut(QKeySequence(sequence), window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(action)


def focus_next_region(regions: Sequence[QWidget], step: int) -> None:
    """Put the keyboard into the region after the one that has it, around the end.

    Args:
        regions: in order; hidden and disabled ones are passed over.
        step: 1 forwards, -1 backwards.
    """
    usable = [region for region in regions if region.isVisible() and region.isEnabled()]
    if not usable:
        return
    focused = QApplication.focusWidget()
    at = next((n for n, region in enumerate(usable) if focused is not None and _holds(region, focused)), None)
    target = usable[0 if step > 0 else -1] if at is None else usable[(at + step) % len(usable)]
    (_first_stop(target) or target).setFocus(Qt.FocusReason.TabFocusReason)


def _holds(region: QWidget, focused: QWidget) -> bool:
    return region is focused or region.isAncestorOf(focused)


def _first_stop(region: QWidget) -> QWidget | None:
    if region.focusPolicy() != Qt.FocusPolicy.NoFocus or region.focusProxy() is not None:
        return region
    stops = (child for child in region.findChildren(QWidget) if child.isVisible() and child.isEnabled())
    return next((child for child in stops if child.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
