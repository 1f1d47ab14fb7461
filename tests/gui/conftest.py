"""The whole window without a screen, working with the real server through a proxy that can make faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import connect, window_services
from app.demo.server import LocalServer
from app.settings.sources import load
from app.ui.main_window import MainWindow
from app.ui.services import WindowServices, WindowSettings
from app.ui.theme import apply_theme
from app.ui.workplace import Workplace
from app.workers.job import JobRunner
from tests.gui.person import Person
from tests.proxy import FaultProxy
from tests.server import Buckets, write_config


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> None:
    """The light theme at text scale 1."""
    size = QFont(qapp.font())
    size.setPointSizeF(10)
    qapp.setFont(size)
    apply_theme(qapp, "light")


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    assert runner.close(30)


@pytest.fixture
def proxy(s3_server: LocalServer) -> Iterator[FaultProxy]:
    with FaultProxy(urlsplit(s3_server.endpoint_url).netloc).running() as proxy:
        yield proxy


@pytest.fixture
def services(
    proxy: FaultProxy, s3_server: LocalServer, buckets: Buckets, aws_environment: dict[str, str], tmp_path: Path
) -> Iterator[WindowServices]:
    """What the window works with, as the program itself puts it together."""
    config = write_config(tmp_path, s3_server, buckets)
    config.write_text(config.read_text().replace(s3_server.endpoint_url, proxy.endpoint_url))
    parts = connect(load(config))
    yield window_services(parts)
    parts.close()


@pytest.fixture
def new_place(qtbot: QtBot, runner: JobRunner, proxy: FaultProxy, tmp_path: Path) -> Callable[..., Workplace]:
    """Opens a window that isn't connected yet."""

    def open_window(settings: WindowSettings = WindowSettings("Example Ltd")) -> Workplace:  # noqa: B008 -- frozen
        window = MainWindow(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
        place = Workplace(window, settings, runner)
        place.downloads = tmp_path / "Downloads"
        qtbot.addWidget(window, before_close_func=lambda _window: place.queue.cancel_all())
        window.close_guard = lambda: None
        window.resize(1120, 720)
        with qtbot.waitExposed(window):
            window.show()
        return place

    return open_window


@pytest.fixture
def place(new_place: Callable[[], Workplace], services: WindowServices) -> Workplace:
    """A connected window."""
    made = new_place()
    made.connect_to(services)
    return made


@pytest.fixture
def person(qtbot: QtBot, place: Workplace) -> Person:
    return Person(qtbot, place)


@pytest.fixture
def opened(qtbot: QtBot, new_place: Callable[[], Workplace], services: WindowServices) -> Callable[[], Person]:
    """Opens one window after the other on the same services, as the next start of the program does."""

    def open_window() -> Person:
        place = new_place()
        place.connect_to(services)
        return Person(qtbot, place)

    return open_window
