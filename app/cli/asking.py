"""A question that somebody at the terminal answers."""

from __future__ import annotations

import signal
import sys

from app.cli.output import Output
from app.core.errors import CancelledError
from app.core.tags import visible


def can_ask(output: Output) -> bool:
    """Tell whether there is somebody to ask."""
    return not output.is_json and bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())


def ask(question: str, output: Output) -> None:
    """Return when somebody says yes.

    Raises:
        CancelledError: they say anything else.
    """
    output.flush()
    if _answer(f"{visible(question)} [y/N] ").casefold() not in ("y", "yes"):
        raise CancelledError


def _answer(question: str) -> str:
    """Return what somebody types; Ctrl-C ends the wait, which a cancelled token couldn't."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.stderr.write(question)
        sys.stderr.flush()
        return sys.stdin.readline().strip()
    except KeyboardInterrupt:
        raise CancelledError from None
    finally:
        signal.signal(signal.SIGINT, before)
