"""What the tests of transfers stand on."""

from __future__ import annotations

import pytest

from app.ui.transfers.queue import TransferQueue


@pytest.fixture
def queue(runner):
    made = TransferQueue(runner)
    yield made
    made.cancel_all()
