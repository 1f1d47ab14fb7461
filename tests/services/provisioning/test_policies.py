"""Who gets in and what they may do: the policies, judged by an evaluator on tables of requests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.services.provisioning.policies import people_policy, tls_statement, trust_policy
from tests.services.provisioning.evaluator import Request, is_allowed, is_denied
from tests.services.provisioning.variants import CLIENT_ID, KEY, PEOPLE, PLAIN, VARIANTS

GOOGLE = {"Federated": "accounts.google.com"}
MARIA, OTTO = "1001", "1002"


def _assume(action="sts:AssumeRoleWithWebIdentity", principal=GOOGLE, **claims):
    context = {f"accounts.google.com:{name}": value for name, value in claims.items()}
    return Request(action, context=context, principal=principal)


GOOD = {"aud": CLIENT_ID, "hd": "example.com", "sub": MARIA, "email": "maria@example.com"}


def _without(claim):
    return {name: value for name, value in GOOD.items() if name != claim}


def test_an_account_of_the_organisation_gets_in():
    assert is_allowed(_assume(**GOOD), trust_policy(PEOPLE))


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(_assume(**_without("hd")), id="personal account, no hd"),
        pytest.param(_assume(**{**GOOD, "hd": "other.com"}), id="other organisation"),
        pytest.param(_assume(**{**GOOD, "hd": ""}), id="empty hd"),
        pytest.param(_assume(**{**GOOD, "hd": "EXAMPLE.COM"}), id="upper case"),
        pytest.param(_assume(**{**GOOD, "hd": "example.com."}), id="trailing dot"),
        pytest.param(_assume(**{**GOOD, "hd": "mail.example.com"}), id="sub-domain"),
        pytest.param(_assume(**{**GOOD, "hd": "notexample.com"}), id="ends alike"),
        pytest.param(_assume(**{**GOOD, "hd": "example.com.evil.net"}), id="begins alike"),
        pytest.param(_assume(**{**GOOD, "hd": "exаmple.com"}), id="Cyrillic a"),
        pytest.param(_assume(**{**GOOD, "hd": "*"}), id="star"),
        pytest.param(_assume(**{**GOOD, "aud": "5678-efgh.apps.googleusercontent.com"}), id="other client"),
        pytest.param(_assume(**{**GOOD, "aud": ""}), id="empty aud"),
        pytest.param(_assume(**_without("aud")), id="no aud"),
        pytest.param(_assume(principal={"Federated": "cognito-identity.amazonaws.com"}, **GOOD), id="other provider"),
        pytest.param(_assume(principal={"AWS": "123456789012"}, **GOOD), id="an AWS account"),
        pytest.param(_assume(action="sts:AssumeRole", **GOOD), id="AssumeRole"),
        pytest.param(_assume(action="sts:TagSession", **GOOD), id="TagSession"),
    ],
)
def test_nobody_else_does(request_):
    assert not is_allowed(request_, trust_policy(PEOPLE))


def test_each_of_several_domains_gets_in_and_no_other():
    trust = trust_policy(replace(PEOPLE, domains=("example.com", "example.org")))
    found = {
        hd for hd in ("example.com", "example.org", "example.net") if is_allowed(_assume(**{**GOOD, "hd": hd}), trust)
    }
    assert found == {"example.com", "example.org"}
    assert not is_allowed(_assume(**_without("hd")), trust)


STORAGE, STAGING = "arn:aws:s3:::example-files", "arn:aws:s3:::example-staging"
AUDIT = "arn:aws:s3:::example-files-audit"


def _ask(action, resource, sub=MARIA, **context):
    return Request(
        action, resource, {"accounts.google.com:sub": sub, **{k.replace("_", ":"): v for k, v in context.items()}}
    )


def _may(request, variant="plain"):
    asked = VARIANTS[variant]
    return is_allowed(request, people_policy(asked, [asked.kms_key_arn] if asked.kms_key_arn else []))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        *(
            (f"s3:{name}", f"{STORAGE}/Site/plan.pdf")
            for name in (
                "GetObject", "GetObjectTagging", "GetObjectVersion", "PutObject", "PutObjectTagging",
                "AbortMultipartUpload", "ListMultipartUploadParts", "DeleteObject",
            )
        ),
        *(
            (f"s3:{name}", f"{STAGING}/{place}/20260101T000000Z-0123abcd/files/a")
            for name in (
                "GetObject", "GetObjectTagging", "PutObject", "PutObjectTagging", "AbortMultipartUpload",
                "ListMultipartUploadParts", "DeleteObject",
            )
            for place in (MARIA, f"shared/{MARIA}")
        ),
        ("s3:ListBucket", STORAGE),
        ("s3:GetObject", f"{STORAGE}/.tagdrop/catalog.zst"),
        ("s3:GetObject", f"{STAGING}/shared/{OTTO}/a.zip"),
    ],
)  # fmt: skip
def test_people_may(action, resource):
    assert _may(_ask(action, resource))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:DeleteObjectVersion", f"{STORAGE}/Site/plan.pdf"),
        ("s3:DeleteObjectVersion", f"{STAGING}/{MARIA}/a"),
        ("s3:PutObjectAcl", f"{STORAGE}/Site/plan.pdf"),
        ("s3:PutObjectRetention", f"{STORAGE}/Site/plan.pdf"),
        ("s3:DeleteObjectTagging", f"{STORAGE}/Site/plan.pdf"),
        ("s3:PutObjectVersionTagging", f"{STORAGE}/Site/plan.pdf"),
        ("s3:RestoreObject", f"{STORAGE}/Site/plan.pdf"),
        ("s3:PutObject", f"{STORAGE}/.tagdrop/catalog.zst"),
        ("s3:PutObjectTagging", f"{STORAGE}/.tagdrop/catalog.zst"),
        ("s3:DeleteObject", f"{STORAGE}/.tagdrop/catalog.zst"),
        ("s3:AbortMultipartUpload", f"{STORAGE}/.tagdrop/catalog.zst"),
        *((f"s3:{name}", f"{STAGING}/{OTTO}/a") for name in ("GetObject", "GetObjectTagging", "PutObject", "DeleteObject")),
        *((f"s3:{name}", f"{STAGING}/shared/{OTTO}/a") for name in ("PutObject", "PutObjectTagging", "DeleteObject")),
        ("s3:GetObject", f"{STAGING}/{MARIA}0/a"),
        ("s3:GetObject", f"{STAGING}/a"),
        ("s3:PutObject", f"{STAGING}/shared/a"),
        ("s3:PutBucketPolicy", STORAGE),
        ("s3:PutBucketPolicy", STAGING),
        ("s3:DeleteBucketPolicy", STORAGE),
        ("s3:PutBucketVersioning", STORAGE),
        ("s3:PutLifecycleConfiguration", STAGING),
        ("s3:PutBucketPublicAccessBlock", STORAGE),
        ("s3:DeleteBucket", STAGING),
        ("s3:ListBucketVersions", STORAGE),
        ("s3:ListAllMyBuckets", "*"),
        ("s3:ListBucket", AUDIT),
        ("s3:GetObject", f"{AUDIT}/AWSLogs/123456789012/CloudTrail/a.json.gz"),
        ("s3:GetObject", "arn:aws:s3:::example-files-of-others/a"),
        ("s3:PutObject", "arn:aws:s3:::somebodys-bucket/a"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/tagdrop"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/admin"),
        ("kms:Decrypt", KEY),
        ("cloudtrail:StopLogging", "*"),
    ],
)  # fmt: skip
def test_people_may_not(action, resource):
    assert not _may(_ask(action, resource))
    assert not _may(_ask(action, resource), "audit")


@pytest.mark.parametrize(
    ("prefix", "allowed"),
    [
        (f"{MARIA}/", True),
        (f"{MARIA}/20260101T000000Z-0123abcd/", True),
        ("shared/", True),
        (f"shared/{OTTO}/", True),
        (MARIA, False),
        (f"{OTTO}/", False),
        (f"{MARIA}0/", False),
        ("", False),
        ("shared", False),
    ],
)
def test_copies_are_listed_by_place_only(prefix, allowed):
    assert _may(_ask("s3:ListBucket", STAGING, s3_prefix=prefix)) is allowed


def test_copies_are_not_listed_without_a_place():
    assert not _may(_ask("s3:ListBucket", STAGING))
    assert not _may(_ask("s3:ListBucketMultipartUploads", STAGING))


def test_a_session_without_a_subject_reaches_no_place():
    request = Request("s3:GetObject", f"{STAGING}/{MARIA}/a", {})
    assert not _may(request)
    assert not _may(Request("s3:PutObject", f"{STAGING}//a", {"accounts.google.com:aud": CLIENT_ID}))


def test_no_delete_takes_deleting_files_away_but_not_ones_own_copies():
    assert not _may(_ask("s3:DeleteObject", f"{STORAGE}/a"), "no delete")
    assert _may(_ask("s3:PutObject", f"{STORAGE}/a"), "no delete")
    assert _may(_ask("s3:DeleteObject", f"{STAGING}/{MARIA}/a"), "no delete")


@pytest.mark.parametrize(
    ("context", "allowed"),
    [
        pytest.param({"s3_ObjectCreationOperation": "true", "s3_if-none-match": "*"}, True, id="a new name"),
        pytest.param({"s3_ObjectCreationOperation": "true"}, False, id="whatever is there"),
        pytest.param({"s3_ObjectCreationOperation": "true", "s3_if-match": "etag"}, False, id="this very version"),
        pytest.param({"s3_ObjectCreationOperation": "false"}, True, id="a part, or the beginning of parts"),
    ],
)
def test_no_replace_asks_for_a_condition_where_one_can_be_given(context, allowed):
    assert _may(_ask("s3:PutObject", f"{STORAGE}/a", **context), "no replace") is allowed
    assert _may(_ask("s3:PutObject", f"{STORAGE}/a", **context), "plain")
    assert _may(_ask("s3:PutObject", f"{STAGING}/{MARIA}/a", **context), "no replace")


def test_the_key_is_used_through_s3_only_and_only_where_files_are_encrypted_so():
    through_s3 = {"kms_ViaService": "s3.eu-central-1.amazonaws.com"}
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert _may(_ask(action, KEY, **through_s3), "own key")
        assert not _may(_ask(action, KEY), "own key")
        assert not _may(_ask(action, KEY, **through_s3), "plain")
        assert not _may(_ask(action, KEY.replace("1111", "9999"), **through_s3), "own key")
    assert not _may(_ask("kms:Encrypt", KEY, **through_s3), "own key")


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_variant_lets_old_versions_be_deleted_or_policies_be_changed(variant):
    for action, resource in (
        ("s3:DeleteObjectVersion", f"{STORAGE}/a"),
        ("s3:DeleteObjectVersion", f"{STAGING}/{MARIA}/a"),
        ("s3:PutBucketPolicy", STORAGE),
        ("s3:PutObject", f"{STORAGE}/.tagdrop/a"),
    ):
        assert not _may(_ask(action, resource, **{"s3_if-none-match": "*"}), variant)


def test_requests_without_tls_are_denied_to_everybody():
    policy = {"Version": "2012-10-17", "Statement": [tls_statement(PLAIN, "example-files")]}
    for action, resource in (
        ("s3:GetObject", f"{STORAGE}/a"),
        ("s3:ListBucket", STORAGE),
        ("s3:PutBucketPolicy", STORAGE),
    ):
        plain = Request(action, resource, {"aws:SecureTransport": "false"}, {"AWS": "123456789012"})
        assert is_denied(plain, policy)
        assert not is_denied(replace(plain, context={"aws:SecureTransport": "true"}), policy)
