"""What a table shows in its columns, and from which page width on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import Qt


class Role(IntEnum):
    """Data of a cell besides Qt's own roles."""

    TONE = Qt.ItemDataRole.UserRole + 101
    """Colour of the theme for text, such as `warn`; text colour in the first column and `text2` elsewhere if None."""

    PROGRESS = Qt.ItemDataRole.UserRole + 102
    """Progress line instead of text, 0.0 to 1.0; None for none. Not in the stretching column."""

    ACTIONS = Qt.ItemDataRole.UserRole + 103
    """Tuple of `RowAction` at the trailing side of the cell."""

    LOOK = Qt.ItemDataRole.UserRole + 104
    """Of the first column: a hashable value that changes when any cell of the row does. Spares asking them all."""


@dataclass(frozen=True, slots=True)
class RowAction:
    """A small button in a row.

    Attributes:
        name: comes with `FileTable.action_triggered`.
        icon: name of its icon.
        text: what it does, as tooltip.
        is_always_shown: also in rows that are neither current, selected nor below the pointer.
    """

    name: str
    icon: str
    text: str
    is_always_shown: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a `FileTable`; its title is the model's header.

    Attributes:
        samples: long texts as they usually come; the widest gives the width. Empty for the stretching column.
        is_number: figures of one width, at the trailing side; its cells are text only.
        min_page_u: the column is shown from this page width on, in `u`.
        stretches: takes what the others leave; one column does.
        actions: how many buttons its cells have room for.
        max_u: widest it gets, in `u`; 0 for no limit.
        is_progress: its cells are progress lines, or empty.
        has_icon: its cells may begin with an icon, which the samples leave out.
    """

    samples: tuple[str, ...] = ()
    is_number: bool = False
    min_page_u: int = 0
    stretches: bool = False
    actions: int = 0
    max_u: int = 0
    is_progress: bool = False
    has_icon: bool = False
