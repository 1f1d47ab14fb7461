"""Linux and its like: the desktop is asked over the session bus.

Which service listens depends on the desktop. The portal is everywhere where there is one, GNOME has its session
manager, and KDE, Xfce and others know the older freedesktop.org service. logind isn't asked: its idle lock is for
computers without a desktop, which don't fall asleep by themselves, and desktops don't look at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_REASON = "Files are uploaded or downloaded"
_SUSPEND = 4  # the same number in both: portal, Inhibit.Inhibit, flags; GNOME SessionManager, Inhibit, flags
_SECONDS = 5.0

_Call = tuple[str, str, str, str, tuple[Any, ...]]
# Bus name, path, interface, signature and arguments of `Inhibit`.
_CALLS: tuple[_Call, ...] = (
    (
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Inhibit",
        "sua{sv}",
        ("", _SUSPEND, {"reason": ("s", _REASON)}),
    ),
    (
        "org.gnome.SessionManager",
        "/org/gnome/SessionManager",
        "org.gnome.SessionManager",
        "susu",
        ("Tagdrop", 0, _REASON, _SUSPEND),
    ),
    (
        "org.freedesktop.PowerManagement",
        "/org/freedesktop/PowerManagement/Inhibit",
        "org.freedesktop.PowerManagement.Inhibit",
        "ss",
        ("Tagdrop", _REASON),
    ),
)


@contextmanager
def kept_awake() -> Iterator[None]:
    """Ask the desktop not to suspend; each service lets go of that when the connection ends, also after a crash.

    Raises:
        OSError: there is no session bus, or no service that knows the wish.
    """
    from jeepney.io.blocking import open_dbus_connection

    try:
        connection = open_dbus_connection("SESSION")
    except KeyError:
        raise OSError("there is no session bus") from None
    with connection:
        if not any(_asks(connection, call) for call in _CALLS):
            raise OSError("no service of this desktop holds back sleep")
        yield


def _asks(connection: Any, call: _Call) -> bool:
    """Make one call and tell whether it was taken; a portal that hangs keeps nobody from the next one."""
    from jeepney import DBusAddress, MessageType, new_method_call

    name, path, interface, signature, arguments = call
    message = new_method_call(DBusAddress(path, name, interface), "Inhibit", signature, arguments)
    try:
        reply = connection.send_and_get_reply(message, timeout=_SECONDS)
    except TimeoutError:
        return False
    return bool(reply.header.message_type is MessageType.method_return)
