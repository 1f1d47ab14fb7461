"""The spelling that is in use already, offered beside a chip that differs from it only a little."""

from __future__ import annotations

from app.core.completion import Suggestion
from app.core.tags import visible
from app.ui import words
from app.ui.widgets.buttons import Button, button


def spelling_offer(suggestion: Suggestion) -> Button:
    """Return a button that takes the spelling in use; nobody has to press it."""
    made = button(f"Use “{visible(suggestion.value)}”", "link")
    made.setToolTip(
        f"{words.files(suggestion.files)} {'carries' if suggestion.files == 1 else 'carry'} this tag already"
    )
    made.setAccessibleDescription(made.toolTip())
    return made
