"""Ports of this machine that nobody uses, for the demo's server."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterable

from app.core.errors import OutageError

LOOPBACK = "127.0.0.1"

# Below what systems hand out by themselves (from 32768 on Linux, 49152 elsewhere), so that nobody gets one by chance.
_CANDIDATES = range(11000, 32000)


def free_ports(count: int, wanted: Iterable[int] = ()) -> tuple[int, ...]:
    """Return distinct ports of the loopback address that can be listened on now.

    Args:
        count: how many.
        wanted: returned if all of them are free, so that addresses stay the same from start to start.

    Raises:
        OutageError: `demo-no-port`.
    """
    before = tuple(wanted)
    if len(set(before)) == count and all(map(is_free, before)):
        return before
    found: list[int] = []
    for port in random.sample(_CANDIDATES, len(_CANDIDATES)):
        if is_free(port):
            found.append(port)
        if len(found) == count:
            return tuple(found)
    raise OutageError(
        "demo-no-port", "Every port of this computer is taken", "Close other programs that serve something, then retry."
    )


def is_free(port: int) -> bool:
    """Tell whether a program could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        try:
            if sys.platform != "win32":
                # As the server does it: connections that ended a minute ago don't keep the port from being used.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
            probe.listen()
        except (OSError, OverflowError):
            return False
    return True
