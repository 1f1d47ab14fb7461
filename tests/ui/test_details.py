"""The details that IT reads."""

from __future__ import annotations

from datetime import UTC, datetime

from app.core.capabilities import NOTHING
from app.core.errors import RefusalError
from app.core.identity import Identity
from app.ui.details import details_for_it
from app.ui.services import WindowServices, WindowSettings

REFUSED = RefusalError("forbidden", "You don’t have access")


def details(**given):
    services = WindowServices(
        None, None, None, None, Identity("1001", "maria@example.com"), None, None, None, None, None, **given
    )
    settings = WindowSettings(details=(("Endpoint", "https://s3.example.com"),))
    return details_for_it(REFUSED, "upload", settings, services, datetime(2026, 11, 25, 8, tzinfo=UTC)).splitlines()


def test_say_who_asked_what_where_and_when():
    lines = details()
    assert lines[:4] == [
        "When: 2026-11-25T08:00:00Z",
        "Error: forbidden: You don’t have access",
        "Asked for: upload",
        "Signed in as: maria@example.com",
    ]
    assert "Endpoint: https://s3.example.com" in lines
    assert lines[-1] == "Weaker here: Nothing"


def test_say_what_is_weaker_on_this_server_than_on_aws():
    lines = details(weaknesses=NOTHING.weaknesses)
    weaker = [line.removeprefix("Weaker here: ") for line in lines if line.startswith("Weaker here: ")]
    assert weaker == list(NOTHING.weaknesses())
    assert len(weaker) == 8


def test_say_nothing_of_what_is_weaker_while_that_is_not_known():
    assert not [line for line in details(weaknesses=lambda: None) if line.startswith("Weaker here")]
