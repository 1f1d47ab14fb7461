"""Opens the window, and the demo."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from app.bootstrap.connecting import connect, open_sign_in
from app.bootstrap.services import Services
from app.core.errors import AppError
from app.core.job import CancelToken
from app.core.ports.session import SignInGate
from app.settings.install import install
from app.settings.model import Settings
from app.settings.sources import load

if TYPE_CHECKING:
    from app.cli.output import Output
    from app.ui.services import WindowServices

_log = logging.getLogger(__name__)

T = TypeVar("T")


def open_window(config: Path | None, link: str = "") -> int:
    """Open the window on the settings of this computer, or on those of `config`; return the exit code.

    Settings that can't be used are told in the window, and so is a link that can't be read.

    Args:
        config: settings file; None for those of this computer.
        link: a Tagdrop link that is opened at once.

    Raises:
        ConfigurationError: no window can be opened here.
    """
    while (code := _open_window(config, link)) is None:
        _log.info("The settings are read anew")
    return code


def _open_window(config: Path | None, link: str) -> int | None:
    # A file that was named overrules what could be taken over.
    take_settings = install if config is None else None
    try:
        settings = load(config)
    except AppError as error:
        return _run_window(Settings(), error, take_settings, link)
    return _run_window(settings, None, take_settings, link)


def run_demo(data_dir: Path | None, is_headless: bool, cancel: CancelToken, output: Output) -> int:
    """Run the demo until its window is closed, or without one until it is cancelled; return the exit code.

    Raises:
        ConfigurationError: no window can be opened here.
        AppError: the server can't be started.
        CancelledError: when cancelled before it was ready.
    """
    from app.demo.run import running_demo

    if not is_headless:
        _check_display()
        output.warn("Starting a private server on this computer…")
    with running_demo(data_dir, connect, cancel) as demo:
        if not is_headless:
            return _run_window(demo.settings) or 0
        output.ready(
            {
                "config": str(demo.config),
                "it_config": str(demo.it_config),
                "env": dict(demo.env),
                "endpoint_url": demo.endpoint_url,
                "data_dir": str(demo.data_dir),
            }
        )
        cancel.wait()
    return 0


def _run_window(
    settings: Settings,
    problem: AppError | None = None,
    take_settings: Callable[[Path], Path] | None = None,
    link: str = "",
) -> int | None:
    """Run the window; `problem` is why the settings can't be used, if so. None: to be opened with others."""
    _check_display()
    from app.logs.file import log_to_file

    log_to_file()
    from app.ui.run import run_window
    from app.ui.services import WindowSettings

    sign_in = Once(lambda: open_sign_in(settings)) if settings.google else None
    opened = ExitStack()

    def connect_window(gate: SignInGate) -> WindowServices:
        if problem is not None:
            raise problem
        services = connect(settings, sign_in() if sign_in else None, gate)
        opened.callback(services.close)
        _log.info("Connected as %s, place %s", services.identity.label, services.identity.user_id)
        return window_services(services)

    storage = settings.storage
    details = (
        ("Storage bucket", storage.storage_bucket),
        ("Staging bucket", storage.staging_bucket),
        ("Region", storage.region),
        ("Endpoint", storage.endpoint_url or "AWS"),
    )
    window_settings = WindowSettings(
        settings.organization.name,
        settings.tag_rules,
        settings.upload.prefix,
        settings.upload.allow_replace,
        settings.organization.domain,
        details,
        settings.search.refresh_minutes,
        settings.share.public_links,
    )
    with opened:
        return run_window(window_settings, connect_window, sign_in, take_settings, link)


def window_services(services: Services) -> WindowServices:
    """Return what the window works with.

    Raises:
        LocalFileError: the settings want the local index alone, and that can't be used.
    """
    from app.ui.services import WindowServices

    return WindowServices(
        services.storage,
        services.staging,
        services.catalog(services.settings.search.engine),
        services.clock,
        services.identity,
        services.forget,
        services.catalog("live"),
        services.downloader,
        services.linker,
        services.journal,
        services.index,
        services.engines.get("index"),
        services.weaknesses,
        marks_origin=services.settings.download.mark_of_origin,
    )


def _check_display() -> None:
    from app.ui.preflight import check_display

    check_display()


class Once(Generic[T]):
    """Makes something when it is first asked for, whichever thread asks.

    Args:
        make: makes it; slow.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """Return it."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]
