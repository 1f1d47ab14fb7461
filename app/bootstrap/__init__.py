"""The one place where parts are put together; SDKs are loaded only when something is connected."""

from app.bootstrap.connecting import SystemClock, connect, forget_person, open_account, open_sign_in
from app.bootstrap.services import Services
from app.bootstrap.windows import Once, open_window, run_demo, window_services

__all__ = [
    "Once",
    "Services",
    "SystemClock",
    "connect",
    "forget_person",
    "open_account",
    "open_sign_in",
    "open_window",
    "run_demo",
    "window_services",
]
