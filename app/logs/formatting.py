"""What a record looks like, and which ones count."""

from __future__ import annotations

import logging

from app.core.redaction import redact
from app.core.tags import visible

OWN = "app"
"""The logger above all of the program's own."""


class SafeFormatter(logging.Formatter):
    """Formats without secrets, and with names from strangers as the window shows them: one message, one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message, and below it the traceback if there is one."""
        # Another handler may have left its own rendering here, which would be taken.
        record.exc_text = None
        return redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        """Return the message with control characters as visible marks."""
        return visible(super().formatMessage(record))

    def formatException(self, ei: logging._SysExcInfoType) -> str:  # noqa: N802 -- logging's name
        """Return the traceback with control characters, except for ends of lines, as visible marks."""
        return "\n".join(visible(line) for line in super().formatException(ei).split("\n"))


def add_handler(handler: logging.Handler, form: str) -> None:
    """Let a handler have the program's records and the warnings of everybody else, formatted safely."""
    handler.setFormatter(SafeFormatter(form))
    handler.addFilter(_is_own_or_serious)
    logging.getLogger().addHandler(handler)


def _is_own_or_serious(record: logging.LogRecord) -> bool:
    """Leave out what SDKs tell of their daily work: requests and answers in full."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] == OWN
