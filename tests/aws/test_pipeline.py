"""The pipeline of requests, on a wire that answers at once."""

from __future__ import annotations

import pytest

from app.aws.credentials import CredentialsHolder
from app.aws.messages import Answer, Request
from app.aws.pipeline import Failure, Pipeline
from app.core.errors import CancelledError
from app.core.identity import Credentials
from app.core.job import CancelToken
from tests.fakes import NoRenewal


class InstantWire:
    """Answers every request before `send` returns."""

    def __init__(self):
        self.holder = CredentialsHolder(Credentials("AKID", "secret"))

    def send(self, request, done):
        done(Answer(200, {}, request.key.encode()))


@pytest.fixture
def pipeline():
    return Pipeline(InstantWire(), NoRenewal())


def request_for(key):
    return Request("GetObject", "GET", "bucket", key)


def cancelled_at(cancel, number):
    """Yield keys without end, and cancel before one of them."""
    for key in range(1_000_000):
        if key == number:
            cancel.cancel()
        yield str(key)


def test_a_read_that_is_cancelled_when_all_answers_are_in_ends(pipeline):
    cancel = CancelToken()
    with pytest.raises(CancelledError):
        list(pipeline.run(cancelled_at(cancel, 3), request_for, cancel))


def test_a_write_that_is_cancelled_when_all_answers_are_in_tells_them_and_ends(pipeline):
    cancel = CancelToken()
    told = list(pipeline.run(cancelled_at(cancel, 3), request_for, cancel, drains=True))
    assert [key for key, outcome in told if not isinstance(outcome, Failure)] == ["0", "1", "2", "3"]
