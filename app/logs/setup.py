"""Begins the log, for commands and the window alike."""

from __future__ import annotations

import logging
import threading

from app.logs.formatting import OWN, add_handler

_log = logging.getLogger(__name__)


def start_logging(is_verbose: bool) -> None:
    """Send the log to stderr if wanted, else nowhere; errors that end a thread go to the log too, not past it."""
    # Without any handler Python would print the SDKs' warnings as they are.
    add_handler(logging.StreamHandler() if is_verbose else logging.NullHandler(), "%(levelname)s %(name)s: %(message)s")
    logging.getLogger(OWN).setLevel(logging.DEBUG if is_verbose else logging.INFO)
    threading.excepthook = _log_end_of_thread


def _log_end_of_thread(end: threading.ExceptHookArgs) -> None:
    if end.exc_value is not None and not isinstance(end.exc_value, SystemExit):
        name = end.thread.name if end.thread else "unknown"
        _log.error("Thread %s ended in an error that nobody foresaw", name, exc_info=end.exc_value)
