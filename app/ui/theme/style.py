"""The style sheet: shapes only. Colours come from the theme, text sizes from fonts."""

from __future__ import annotations

from app.ui.theme.scale import u
from app.ui.theme.tokens import Theme


def style_sheet(theme: Theme) -> str:
    """Return the application's style sheet for `theme` at the text scale in force."""
    return "\n".join((_buttons(theme), _boxes(theme), _lists(theme), _popups(theme)))


def _buttons(t: Theme) -> str:
    thin = t.outline
    primary_focus = t.focus if t.is_contrast else t.text
    primary_off = t.disabled if t.is_contrast else t.track
    return f"""
    QPushButton {{ border: {thin}px solid {t.edge2.name()}; border-radius: {u(7)}px; background: {t.raised.name()};
        padding: 0 {u(13)}px; min-height: {u(34) - 2 * thin}px; }}
    QPushButton:hover {{ background: {t.hover.name()}; }}
    QPushButton:pressed {{ background: {t.press.name()}; }}
    QPushButton:disabled {{ background: {t.bg.name()}; }}
    QPushButton:focus {{ border: 2px solid {t.focus.name()}; padding: 0 {u(13) - 2 + thin}px;
        min-height: {u(34) - 4}px; }}
    QPushButton[kind="primary"] {{ background: {t.accent.name()}; border: {thin}px solid {t.accent.name()};
        padding: 0 {u(17)}px; }}
    QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed {{ background: {t.accent_hover.name()}; }}
    QPushButton[kind="primary"]:focus {{ border: 2px solid {primary_focus.name()}; padding: 0 {u(17) - 2 + thin}px; }}
    QPushButton[kind="primary"]:disabled {{ background: {t.track.name()}; border-color: {primary_off.name()}; }}
    QPushButton[kind="ghost"] {{ border: {thin}px solid transparent; background: transparent; padding: 0 {u(10)}px; }}
    QPushButton[kind="ghost"]:hover {{ background: {t.hover.name()}; }}
    QPushButton[kind="ghost"]:pressed {{ background: {t.press.name()}; }}
    QPushButton[kind="ghost"]:focus {{ border: 2px solid {t.focus.name()}; padding: 0 {u(10) - 2 + thin}px; }}
    QPushButton[kind="link"] {{ border: 1px solid transparent; border-radius: {u(4)}px; background: transparent;
        padding: 0 {u(4)}px; min-height: {u(28) - 2}px; }}
    QPushButton[kind="link"]:focus {{ border: 2px solid {t.focus.name()}; padding: 0 {u(4) - 1}px;
        min-height: {u(28) - 4}px; }}
    QPushButton[on="banner"] {{ background: transparent; border-color: {t.edge.name()}; }}
    QPushButton[on="banner"]:hover {{ background: {t.hover.name()}; }}
    QToolButton {{ border: {thin}px solid transparent; background: transparent; border-radius: {u(6)}px;
        padding: 0; }}
    QToolButton:hover {{ background: {t.hover.name()}; }}
    QToolButton:pressed, QToolButton[is_current="true"] {{ background: {t.press.name()}; }}
    QToolButton:focus {{ border: 2px solid {t.focus.name()}; }}
    QToolButton::menu-indicator {{ image: none; }}
    """


def _boxes(t: Theme) -> str:
    return f"""
    QWidget[box="page"] {{ background: {t.bg.name()}; }}
    QWidget[box="side"] {{ background: {t.side.name()}; }}
    QWidget[box="line"] {{ background: {t.line.name()}; }}
    QWidget[box="well"] {{ background: {t.well.name()}; border: {t.outline}px solid {t.line.name()};
        border-radius: {u(10)}px; }}
    QTextEdit[box="bare"] {{ border: 2px solid transparent; border-radius: {u(4)}px; background: transparent; }}
    QTextEdit[box="bare"]:focus {{ border-color: {t.focus.name()}; }}
    QLineEdit[box="bare"] {{ border: none; background: transparent; padding: 0;
        placeholder-text-color: {t.text2.name()}; }}
    """


def _lists(t: Theme) -> str:
    return f"""
    QTableView, QScrollArea {{ border: none; outline: none; background: transparent; }}
    QTableView QHeaderView {{ border: none; background: transparent; }}
    QScrollBar:vertical {{ background: transparent; width: {u(12)}px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {u(12)}px; margin: 0; }}
    QScrollBar::handle {{ background: {t.edge2.name()}; border-radius: {u(3)}px; margin: {u(3)}px; }}
    QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {t.edge.name()}; }}
    QScrollBar::handle:vertical {{ min-height: {u(36)}px; }}
    QScrollBar::handle:horizontal {{ min-width: {u(36)}px; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; height: 0; width: 0; }}
    """


def _popups(t: Theme) -> str:
    return f"""
    QMenu {{ background: {t.raised.name()}; border: {t.outline}px solid {t.edge2.name()}; border-radius: {u(10)}px;
        padding: {u(6)}px; }}
    QMenu::item {{ padding: {u(7)}px {u(14)}px; border-radius: {u(6)}px; }}
    QMenu::item:selected {{ background: {t.tint.name()}; color: {t.tint_text.name()}; }}
    QMenu::icon {{ margin: 0 {u(6)}px; }}
    QToolTip {{ background: {t.raised.name()}; color: {t.text.name()}; border: {t.outline}px solid {t.edge2.name()};
        padding: {u(4)}px {u(6)}px; }}
    """
