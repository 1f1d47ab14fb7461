"""The evaluator judges as IAM does, else the tests of the policies would show nothing."""

from __future__ import annotations

import pytest

from tests.services.provisioning.evaluator import Request, is_allowed


def _policy(**statement):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*", **statement}],
    }


GET = Request("s3:GetObject", "arn:aws:s3:::b/maria/x", {"sub": "maria", "tls": "true"})


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({}, True),
        ({"Action": "S3:GETOBJECT"}, True),
        ({"Action": ["s3:PutObject", "s3:GetObject"]}, True),
        ({"Action": "s3:GetObjectVersion"}, False),
        ({"Resource": "arn:aws:s3:::b"}, False),
        ({"Resource": "arn:aws:s3:::b/*"}, True),
        ({"Resource": "arn:aws:s3:::b/maria/?"}, True),
        ({"Resource": "arn:aws:s3:::b/${sub}/*"}, True),
        ({"Resource": "arn:aws:s3:::b/${email}/*"}, False),
        ({"Condition": {"StringEquals": {"sub": ["otto", "maria"]}}}, True),
        ({"Condition": {"StringEquals": {"sub": "Maria"}}}, False),
        ({"Condition": {"StringEquals": {"sub": "mar*"}}}, False),
        ({"Condition": {"StringLike": {"sub": "mar*"}}}, True),
        ({"Condition": {"StringEquals": {"hd": "example.com"}}}, False),
        ({"Condition": {"Bool": {"tls": "false"}}}, False),
        ({"Condition": {"Null": {"hd": "true"}}}, True),
        ({"Condition": {"Null": {"sub": "true"}}}, False),
        ({"Condition": {"StringEquals": {"sub": "maria"}, "Bool": {"tls": "false"}}}, False),
        ({"Principal": {"Service": "x"}}, False),
    ],
)
def test_a_statement_applies_when_every_element_does(statement, allowed):
    assert is_allowed(GET, _policy(**statement)) is allowed


def test_a_denial_wins_and_silence_is_a_refusal():
    assert not is_allowed(GET, _policy(), _policy(Effect="Deny"))
    assert not is_allowed(GET, _policy(Effect="Deny", Action="s3:Put*"))


def test_a_star_in_a_value_is_a_star():
    policy = _policy(Resource="arn:aws:s3:::b/${sub}/*")
    assert not is_allowed(Request("s3:GetObject", "arn:aws:s3:::b/maria/x", {"sub": "*"}), policy)
    assert is_allowed(Request("s3:GetObject", "arn:aws:s3:::b/*/x", {"sub": "*"}), policy)


@pytest.mark.parametrize(
    "statement",
    [{"NotAction": "s3:*"}, {"NotPrincipal": "*"}, {"Condition": {"ForAllValues:StringEquals": {"sub": "maria"}}}],
)
def test_what_it_does_not_know_it_does_not_judge(statement):
    with pytest.raises(AssertionError, match="can’t judge"):
        is_allowed(GET, _policy(**statement))
