"""The window as a process: what the terminal and the system do to it."""

import os
import signal
import subprocess
import sys

import pytest

_PROGRAM = """
import sys
from app.core.errors import SignInError
from app.ui.run import run_window
from app.ui.services import WindowSettings

def connect(gate):
    loaded = [name for name in ("boto3", "botocore", "awscrt") if name in sys.modules]
    print("shown", loaded, flush=True)
    raise SignInError("no-credentials", "There are no AWS credentials")

sys.exit(run_window(WindowSettings("Example Ltd"), connect))
"""

_WAITING_PROGRAM = """
import sys, tempfile, threading
from datetime import UTC, datetime
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.core.errors import CancelledError, SignInError
from app.core.identity import Identity
from app.journal.file import JournalFile
from app.journal.journal import WorkJournal
from app.ui.run import run_window
from app.ui.services import WindowServices, WindowSettings
from app.ui.widgets.banner import Banner

class Clock:
    def now(self):
        return datetime.now(UTC)

class NothingStored:
    def __init__(self, gate):
        # No daemon: a gate that stayed shut would keep the program from ending.
        self._work = threading.Thread(target=work, args=(gate,))
        self._once = threading.Lock()

    def list_objects(self, prefix, cancel):
        if self._once.acquire(blocking=False):
            self._work.start()
        return iter(())

    def read_many(self, objects, cancel):
        return iter(())

    def open_uploads(self, prefix):
        return iter(())

class SignIn:
    keeping_problem = None

    def sign_in(self, opened, cancel, **_how):
        opened("http://127.0.0.1:1/", True)
        print("in the browser", flush=True)
        cancel.wait()
        raise CancelledError

def work(gate):
    reason = SignInError("sign-in-ended", "You were signed out")
    try:
        gate.wait(reason)
    except SignInError as error:
        print("sent away", error is reason, flush=True)

def connect(gate):
    store = NothingStored(gate)
    journal = WorkJournal(JournalFile(Path(tempfile.mkdtemp()) / "journal.sqlite"), "here", Clock())
    maria = Identity("1001", "maria@example.com")
    return WindowServices(store, store, store, Clock(), maria, lambda: None, store, None, None, journal)

def press():
    for banner in (widget for widget in app.allWidgets() if isinstance(widget, Banner) and widget.isVisible()):
        banner.button.click()
        timer.stop()

app = QApplication([])
timer = QTimer(interval=20)
timer.timeout.connect(press)
timer.start()
sys.exit(run_window(WindowSettings("Example Ltd"), connect, SignIn))
"""


_ANEW_PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.core.errors import ConfigurationError
from app.ui.not_set_up import NotSetUp
from app.ui.run import run_window
from app.ui.services import WindowSettings

def connect(gate):
    raise ConfigurationError("not-set-up", "Tagdrop isn’t set up on this computer yet")

def press():
    for page in (widget for widget in app.allWidgets() if isinstance(widget, NotSetUp) and widget.isVisible()):
        page.retry.click()

app = QApplication([])
timer = QTimer(interval=20)
timer.timeout.connect(press)
timer.start()
for _ in range(2):
    print(run_window(WindowSettings("Example Ltd"), connect, take_settings=lambda file: file), flush=True)
"""


_KEYBOARD_PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.core.errors import SignInError
from app.ui.run import run_window
from app.ui.services import WindowSettings

def connect(gate):
    raise SignInError("no-credentials", "There are no AWS credentials")

def look():
    if app.focusWidget() is not None:
        print(app.focusWidget().accessibleName(), flush=True)
        app.exit()

app = QApplication([])
timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
run_window(WindowSettings("Example Ltd"), connect)
"""


@pytest.fixture
def window(request):
    process = subprocess.Popen(
        [sys.executable, "-c", getattr(request, "param", _PROGRAM)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    yield process
    process.kill()
    process.communicate()


def test_the_window_is_shown_before_any_sdk_is_loaded(window):
    assert window.stdout.readline() == "shown []\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_ctrl_c_and_the_systems_wish_close_it_without_a_traceback(window, number, code):
    window.stdout.readline()
    window.send_signal(number)
    _, errors = window.communicate(timeout=30)
    assert window.returncode == code
    assert "Traceback" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("window", [_WAITING_PROGRAM], indirect=True, ids=["waiting"])
def test_it_closes_while_work_and_a_person_wait_for_a_sign_in(window):
    assert window.stdout.readline() == "in the browser\n"
    window.send_signal(signal.SIGTERM)
    said, errors = window.communicate(timeout=10)
    assert (window.returncode, said) == (0, "sent away True\n")
    assert "Traceback" not in errors


@pytest.mark.parametrize("window", [_ANEW_PROGRAM], indirect=True)
def test_it_can_be_opened_anew_with_other_settings(window):
    assert window.communicate(timeout=60)[0] == "None\nNone\n"
    assert window.returncode == 0


@pytest.mark.parametrize("window", [_KEYBOARD_PROGRAM], indirect=True)
def test_what_is_typed_at_first_goes_into_the_tag_field(window):
    assert window.communicate(timeout=60)[0] == "Find files by tag\n"
