"""What a sign-in page shows, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.ui.widgets.banner import Kind as NoticeKind
from app.ui.widgets.buttons import Kind


class Action(Enum):
    """What the person can do on a sign-in page."""

    SIGN_IN = "sign-in"
    COPY_INSTEAD = "copy-instead"
    OTHER_ACCOUNT = "other-account"
    OPEN_AGAIN = "open-again"
    COPY_ADDRESS = "copy-address"
    COPY_DETAILS = "copy-details"
    GO_ON = "go-on"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button.

    Attributes:
        action: what it does.
        text: its words.
        kind: `primary` is filled.
        icon: before the words; None for none.
        not_yet: why it can't be pressed; empty where it can.
    """

    action: Action
    text: str
    kind: Kind = "secondary"
    icon: str | None = None
    not_yet: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What went wrong or has to be known first.

    Attributes:
        kind: sets its colours.
        icon: name of its icon.
        title: in few words.
        text: one or two sentences.
    """

    kind: NoticeKind
    icon: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class View:
    """One sign-in page.

    Attributes:
        title: large.
        text: one or two sentences; may be empty.
        notice: above the buttons; None for none.
        address: shown to be taken to a browser by hand; empty for none.
        choices: the buttons, the one that Enter means first.
        below: a quiet button under them; None for none.
    """

    title: str
    text: str = ""
    notice: Notice | None = None
    address: str = ""
    choices: tuple[Choice, ...] = ()
    below: Choice | None = None

    @property
    def spoken(self) -> str:
        """What a screen reader says when it appears."""
        said = (
            self.title,
            self.text,
            self.notice.title if self.notice else "",
            self.notice.text if self.notice else "",
        )
        return " ".join(part if part.endswith((".", "…")) else f"{part}." for part in said if part)
