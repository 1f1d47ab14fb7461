"""Opens the window and runs it to its end."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.core.errors import BugError
from app.core.ports.session import SignIn, SignInGate
from app.power.awake import Awake
from app.ui.account import AccountControl, show_account
from app.ui.connecting import Connecting
from app.ui.interrupts import Interrupts
from app.ui.main_window import MainWindow
from app.ui.preferences import Preferences
from app.ui.services import WindowServices, WindowSettings
from app.ui.smooth import favour_window
from app.ui.theme import apply_theme
from app.ui.transfers.waking import StayAwake
from app.ui.window_place import window_settings
from app.ui.workplace import Workplace
from app.workers.gate import Gate
from app.workers.job import JobRunner

_log = logging.getLogger(__name__)

_CLEAN_UP_SECONDS = 30.0
_INTERRUPTED = 130
_ANEW = -1


def run_window(
    settings: WindowSettings,
    connect: Callable[[SignInGate], WindowServices],
    open_sign_in: Callable[[], SignIn] | None = None,
    take_settings: Callable[[Path], object] | None = None,
    link: str = "",
) -> int | None:
    """Show the window, connect it on a worker, and return when it is closed.

    What runs then is cancelled and may tidy up; Ctrl-C and the system's wish to end close it without a question.

    Args:
        settings: known before anything is connected.
        connect: slow; gets what asks the person to sign in again. A `ConfigurationError` from it means that this
            computer isn't set up.
        open_sign_in: slow, called by workers, any number of times: returns the one sign-in that `connect` works
            with; None where nobody signs in.
        take_settings: slow, called by a worker: makes a file from IT the settings of this computer. None where the
            settings come from elsewhere.
        link: a Tagdrop link that is opened; empty for none.

    Returns:
        The exit code: 0, or 130 after Ctrl-C. None where the settings shall be read and the window opened anew.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("There is an application without windows already")
    app.setApplicationName("Tagdrop")
    app.setDesktopFileName("tagdrop")
    kept = window_settings()
    apply_theme(app, Preferences(kept).scheme)
    runner = JobRunner()
    window = MainWindow(kept)
    workplace = Workplace(window, settings, runner)
    if link:
        workplace.opening.open_link(link)
    StayAwake(workplace.queue, Awake(), workplace)
    gate = Gate(workplace)
    connecting = Connecting(workplace, lambda: connect(gate), runner, open_sign_in is not None, take_settings)
    connecting.settings_taken.connect(lambda: app.exit(_ANEW))
    if open_sign_in is not None:
        AccountControl(workplace, connecting, gate, open_sign_in, settings, runner)
    else:
        show_account(workplace, connecting, settings, has_menu=False)
    received: list[int] = []
    with Interrupts() as interrupts, _errors_shown(workplace):
        interrupts.received.connect(received.append)
        # Not quit(): that asks every window first, and one with work running would say no.
        interrupts.received.connect(lambda _number: app.exit())
        window.show()
        favour_window()
        # After the first paint: loading the SDKs must not delay it.
        QTimer.singleShot(0, connecting.start)
        ended_with = app.exec()
        window.hide()
        workplace.leave()
        gate.close()
        runner.close(_CLEAN_UP_SECONDS)
    if ended_with == _ANEW and not received:
        return None
    return _INTERRUPTED if signal.SIGINT in received else 0


@contextmanager
def _errors_shown(workplace: Workplace) -> Iterator[None]:
    """Log what nobody foresaw, and say in the window that something went wrong."""
    before = sys.excepthook

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _log.error("The window met an error that nobody foresaw", exc_info=(kind, error, trace))
        detail = f"Your stored files are as they were. Tell your IT team: {kind.__name__}."
        workplace.say_failure(BugError("bug", "Something went wrong inside Tagdrop", detail))

    sys.excepthook = show
    try:
        yield
    finally:
        sys.excepthook = before
