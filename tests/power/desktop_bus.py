"""A session bus of its own, with a service on it that desktops have for holding back sleep."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from contextlib import contextmanager, suppress

import pytest
from jeepney import DBusAddress, MessageType, new_error, new_method_call, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

ERROR = "org.freedesktop.DBus.Error.UnknownMethod"


@contextmanager
def session_bus():
    """Run a bus and yield its address; skip where there is none."""
    if shutil.which("dbus-daemon") is None and os.environ.get("CI") != "true":
        pytest.skip("needs dbus-daemon (apt-get install dbus)")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8") as bus:
        try:
            yield bus.stdout.readline().strip()
        finally:
            bus.terminate()


class Service:
    """Answers `Inhibit` under one bus name and writes down who asked for what.

    Attributes:
        asked: interface, arguments and sender of each call.
        heard: set by the first call.
    """

    def __init__(self, address, name, answer=("u", (7,))):
        self.asked = []
        self.heard = threading.Event()
        self._answer = answer
        self._connection = open_dbus_connection(address)
        self._connection.send_and_get_reply(message_bus.RequestName(name))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        """Answer until the bus ends."""
        with self._connection, suppress(OSError):
            while True:
                self._answer_to(self._connection.receive())

    def _answer_to(self, message):
        if message.header.message_type is MessageType.method_call:
            names = {field.name: value for field, value in message.header.fields.items()}
            self.asked.append((names["interface"], message.body, names["sender"]))
            reply = new_method_return(message, *self._answer) if self._answer else new_error(message, ERROR)
            self._connection.send(reply)
            self.heard.set()


def is_connected(address, sender):
    """Tell whether somebody is still on the bus."""
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    with open_dbus_connection(address) as connection:
        return connection.send_and_get_reply(new_method_call(bus, "NameHasOwner", "s", (sender,))).body[0]
