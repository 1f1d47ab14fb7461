"""The computer is kept awake while it is wanted, by what each system has for that, and never longer."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from app.power import linux, macos, windows
from app.power.awake import Awake, kept_awake, means_of
from tests.power.desktop_bus import Service, is_connected, session_bus
from tests.waiting import eventually

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="a session bus is what Linux has")


class Recorded:
    """A means that writes down when it was taken and given back, and by which thread."""

    def __init__(self):
        self.steps = []
        self.taken = threading.Event()
        self.given_back = threading.Event()

    @contextmanager
    def __call__(self):
        self.steps.append(("taken", threading.get_ident()))
        self.taken.set()
        yield
        self.steps.append(("given back", threading.get_ident()))
        self.given_back.set()


def test_it_is_taken_once_and_given_back_by_the_same_thread():
    means = Recorded()
    awake = Awake(means)
    awake.hold()
    awake.hold()
    assert means.taken.wait(10)
    awake.release()
    awake.release()
    assert means.given_back.wait(10)
    (first, thread), (second, same) = means.steps
    assert (first, second) == ("taken", "given back")
    assert thread == same != threading.get_ident()


def test_it_can_be_held_again():
    means = Recorded()
    awake = Awake(means)
    for _ in range(2):
        awake.hold()
        assert means.taken.wait(10)
        awake.release()
        assert means.given_back.wait(10)
        means.taken.clear()
        means.given_back.clear()
    assert len(means.steps) == 4


def test_what_is_in_its_way_is_logged_and_troubles_nobody(caplog):
    @contextmanager
    def broken():
        raise OSError("there is no session bus")
        yield

    with caplog.at_level(logging.INFO, "app"):
        Awake(broken).hold()
        assert eventually(lambda: bool(caplog.messages))
    assert caplog.messages == ["This computer may fall asleep during transfers: there is no session bus"]


def fail_after(event):
    assert event.wait(10)
    raise ZeroDivisionError


def test_a_block_that_fails_gives_it_back(monkeypatch):
    means = Recorded()
    monkeypatch.setattr("app.power.awake.means_of", lambda platform: means)
    with pytest.raises(ZeroDivisionError), kept_awake():
        fail_after(means.taken)
    assert means.given_back.wait(10)


def test_each_system_has_its_own_means():
    assert means_of("win32") is windows.kept_awake
    assert means_of("darwin") is macos.kept_awake
    assert means_of("linux") is linux.kept_awake


@only_linux
class TestLinux:
    @pytest.fixture
    def bus(self, monkeypatch):
        with session_bus() as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            yield address

    @pytest.mark.parametrize(
        ("name", "interface", "arguments"),
        [
            (
                "org.freedesktop.portal.Desktop",
                "org.freedesktop.portal.Inhibit",
                ("", 4, {"reason": ("s", "Files are uploaded or downloaded")}),
            ),
            (
                "org.gnome.SessionManager",
                "org.gnome.SessionManager",
                ("Tagdrop", 0, "Files are uploaded or downloaded", 4),
            ),
            (
                "org.freedesktop.PowerManagement",
                "org.freedesktop.PowerManagement.Inhibit",
                ("Tagdrop", "Files are uploaded or downloaded"),
            ),
        ],
    )
    def test_the_service_that_is_there_is_asked_until_the_end(self, bus, name, interface, arguments):
        service = Service(bus, name)
        with linux.kept_awake():
            ((asked, body, sender),) = service.asked
            assert (asked, body) == (interface, arguments)
            assert is_connected(bus, sender)
        assert eventually(lambda: not is_connected(bus, sender))

    def test_where_one_service_refuses_the_next_is_asked(self, bus):
        portal = Service(bus, "org.freedesktop.portal.Desktop", answer=None)
        older = Service(bus, "org.freedesktop.PowerManagement")
        with linux.kept_awake():
            assert (len(portal.asked), len(older.asked)) == (1, 1)

    def test_where_one_service_is_silent_the_next_is_asked(self, bus, monkeypatch):
        monkeypatch.setattr(linux, "_SECONDS", 0.5)
        older = Service(bus, "org.freedesktop.PowerManagement")
        with open_dbus_connection(bus) as silent:
            silent.send_and_get_reply(message_bus.RequestName("org.freedesktop.portal.Desktop"))
            with linux.kept_awake():
                assert len(older.asked) == 1

    def test_a_desktop_without_any_is_said(self, bus):
        with pytest.raises(OSError, match="no service of this desktop"), linux.kept_awake():
            pass

    def test_no_desktop_is_said(self, monkeypatch, tmp_path):
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        with pytest.raises(OSError, match="no session bus"), linux.kept_awake():
            pass

    def test_a_program_that_is_killed_lets_go(self, bus):
        service = Service(bus, "org.freedesktop.PowerManagement")
        script = "from app.power.linux import kept_awake\nwith kept_awake(): input()"
        with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as program:
            assert service.heard.wait(20)
            program.kill()
        ((_, _, sender),) = service.asked
        assert eventually(lambda: not is_connected(bus, sender))


class Kernel32:
    def __init__(self, answer=1):
        self.calls = []
        self._answer = answer

    def SetThreadExecutionState(self, flags):
        self.calls.append(flags.value)
        return self._answer


class TestWindows:
    def test_the_system_is_required_and_then_no_longer(self):
        library = Kernel32()
        with windows.kept_awake(library):
            assert library.calls == [0x80000001]
        assert library.calls == [0x80000001, 0x80000000]

    def test_a_refusal_is_said(self):
        with pytest.raises(OSError, match="SetThreadExecutionState was refused"), windows.kept_awake(Kernel32(0)):
            pass


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
class TestMacos:
    def test_caffeinate_runs_until_the_end(self, tmp_path):
        told = tmp_path / "told"
        program = tmp_path / "caffeinate"
        program.write_text(f'#!/bin/sh\necho "$$ $*" > {told}.new; mv {told}.new {told}\nexec sleep 60\n')
        program.chmod(0o755)
        with macos.kept_awake(str(program)):
            assert eventually(told.exists)
            pid, *arguments = told.read_text().split()
            assert arguments == ["-i", "-w", str(os.getpid())]
            os.kill(int(pid), 0)
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)
