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


@pytest.fixture
def window():
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
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
