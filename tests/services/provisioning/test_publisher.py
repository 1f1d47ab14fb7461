"""Who publishes the catalogue, and who can't: the policies, judged by an evaluator."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.errors import InputError
from app.services.provisioning.buckets import planned_buckets
from app.services.provisioning.policies import people_policy, publisher_policy
from app.services.provisioning.template import template
from tests.services.provisioning.evaluator import Request, is_allowed
from tests.services.provisioning.variants import KEY, PLAIN, VARIANTS

STORAGE, STAGING = "arn:aws:s3:::example-files", "arn:aws:s3:::example-staging"
CATALOG = f"{STORAGE}/.tagdrop/catalog/latest.json"
WRITING = ("PutObject", "PutObjectTagging", "DeleteObject", "AbortMultipartUpload")
FOREIGN = (
    f"{STORAGE}/a.pdf",
    f"{STORAGE}/.tagdrop/other",
    f"{STORAGE}/.tagdrop/catalog",
    f"{STORAGE}/x/.tagdrop/catalog/a",
    f"{STAGING}/.tagdrop/catalog/a",
    f"{STAGING}/1001/a.zip",
    "arn:aws:s3:::example-files-audit/.tagdrop/catalog/a",
)
PUBLISHER = publisher_policy(VARIANTS["publisher"], [])


def _may(policy, action, resource, **context):
    return is_allowed(Request(f"s3:{action}", resource, {"accounts.google.com:sub": "1001", **context}), policy)


def test_it_reads_every_file_and_writes_the_catalogue():
    assert _may(PUBLISHER, "ListBucket", STORAGE)
    assert all(_may(PUBLISHER, action, f"{STORAGE}/a.pdf") for action in ("GetObject", "GetObjectTagging"))
    assert all(_may(PUBLISHER, action, CATALOG) for action in WRITING)


@pytest.mark.parametrize("resource", FOREIGN)
@pytest.mark.parametrize("action", WRITING)
def test_it_writes_nothing_else(action, resource):
    assert not _may(PUBLISHER, action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("DeleteObjectVersion", CATALOG),
        ("DeleteObjectTagging", CATALOG),
        ("PutObjectAcl", CATALOG),
        ("BypassGovernanceRetention", CATALOG),
        ("GetObject", f"{STAGING}/1001/a.zip"),
        ("ListBucket", STAGING),
        *((action, STORAGE) for action in ("PutLifecycleConfiguration", "PutBucketPolicy", "DeleteBucket")),
    ],
)
def test_nor_does_it_reach_versions_settings_or_copies(action, resource):
    assert not _may(PUBLISHER, action, resource)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("action", WRITING)
def test_people_read_the_catalogue_and_cannot_write_it(variant, action):
    people = people_policy(VARIANTS[variant], [])
    conditional = {"s3:if-none-match": "*", "s3:ObjectCreationOperation": "true"}
    bucket = VARIANTS[variant].bucket_arn("example-files")
    assert _may(people, "GetObject", f"{bucket}/.tagdrop/catalog/latest.json")
    for name in ("catalog/latest.json", "catalog/new", "other"):
        assert not _may(people, action, f"{bucket}/.tagdrop/{name}", **conditional)


def test_it_uses_the_storage_bucket_s_key_through_s3_alone():
    policy = publisher_policy(VARIANTS["own key"], [KEY])
    through = {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}
    assert is_allowed(Request("kms:GenerateDataKey", KEY, through), policy)
    assert not is_allowed(Request("kms:GenerateDataKey", KEY), policy)
    assert not is_allowed(Request("kms:Decrypt", KEY.replace("1111", "9999"), through), policy)


def test_the_template_holds_it_only_where_it_was_asked_for():
    made = template(VARIANTS["publisher"], planned_buckets(VARIANTS["publisher"]))
    policy = made["Resources"]["PublisherPolicy"]["Properties"]
    assert (policy["ManagedPolicyName"], policy["PolicyDocument"]) == ("tagdrop-publisher", PUBLISHER)
    assert made["Outputs"]["PublisherPolicyArn"] == {"Value": {"Ref": "PublisherPolicy"}}
    plain = template(PLAIN, planned_buckets(PLAIN))
    assert ("PublisherPolicy" in plain["Resources"], set(plain["Outputs"])) == (False, {"RoleArn"})


def test_a_new_bucket_removes_old_catalogues_after_a_day_and_keeps_parts_of_uploads_for_a_week():
    made = template(VARIANTS["publisher"], planned_buckets(VARIANTS["publisher"]))["Resources"]["StorageBucket"]
    files, catalog = made["Properties"]["LifecycleConfiguration"]["Rules"]
    assert files["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert catalog == {
        "Id": "tagdrop-catalog",
        "Status": "Enabled",
        "Prefix": ".tagdrop/catalog/",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        "ExpiredObjectDeleteMarker": True,
    }


def test_a_stack_s_name_has_to_leave_room_for_the_policy_s():
    with pytest.raises(InputError, match="too long") as told:
        replace(PLAIN, stack="a" * 119, publisher=True)
    assert "at most 118" in told.value.detail
    assert replace(PLAIN, stack="a" * 118, publisher=True).publisher_name.endswith("a-publisher")
