"""Who works under the keys of the default chain: always the same one, whatever STS says for a moment."""

from __future__ import annotations

import pytest

from app.aws.credentials import DefaultChain
from app.core.errors import OutageError
from app.demo.server import REGION
from tests.proxy import answer, hang_up


def asks_who(asked):
    return b"GetCallerIdentity" in asked.body


@pytest.fixture
def chain(proxy, aws_environment):
    return DefaultChain(REGION, proxy.endpoint_url)


@pytest.mark.parametrize("fault", [answer(500, "InternalError"), answer(503, "SlowDown"), hang_up])
def test_is_nobody_else_while_sts_fails(fault, chain, proxy):
    proxy.on(asks_who, fault)
    with pytest.raises(OutageError):
        chain.identity()
    proxy.forget()
    assert chain.identity().label != chain.credentials().access_key_id


def test_is_the_same_after_a_failure_that_passes(chain, proxy):
    known = chain.identity()
    proxy.on(asks_who, answer(500, "InternalError"), times=1)
    assert chain.identity() == known


def test_is_nobody_else_while_the_server_is_away(aws_environment):
    with pytest.raises(OutageError):
        DefaultChain(REGION, "http://127.0.0.1:1").identity()


@pytest.mark.parametrize("fault", [answer(400, "InvalidAction"), answer(501, "NotImplemented"), answer(405)])
def test_is_made_of_the_key_where_there_is_no_sts(fault, chain, proxy):
    proxy.on(asks_who, fault)
    assert chain.identity().label == chain.credentials().access_key_id
