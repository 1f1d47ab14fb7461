"""What is found lacking in a bucket, and that setting it leaves what else is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.errors import RefusalError
from app.core.provisioning import BucketState, Encryption, Guard
from app.services.provisioning.buckets import adopted, kms_keys, planned_buckets
from app.services.provisioning.guards import close, findings
from app.services.provisioning.lifecycle import joined_rules
from app.services.provisioning.look import Look
from app.services.provisioning.policies import tls_statement
from tests.services.provisioning.variants import KEY, PLAIN

OTHER_KEY = KEY.replace("1111", "9999")
OTHERS_STATEMENT = {"Sid": "Backup", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject"}
OTHERS_RULE = {
    "ID": "logs",
    "Status": "Enabled",
    "Filter": {"Prefix": "logs/"},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 3},
}


def _policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _good(plan):
    return BucketState(
        blocks_public_access=True,
        ownership="BucketOwnerEnforced",
        encryption=Encryption("AES256"),
        versioning="Enabled" if plan.keeps_versions else "",
        lifecycle=(plan.lifecycle.rule,),
        policy=_policy(tls_statement(PLAIN, plan.name)),
    )


STORAGE, STAGING = planned_buckets(PLAIN)


def _look(plan, holds_other_files=False, uses_tls=True, request=PLAIN, **changes):
    state = replace(_good(plan), **changes)
    return Look(adopted(plan, state, request, owns_policy=False), state, uses_tls, lambda: holds_other_files)


def _said(look):
    return [(finding.guard, finding.text, finding.can_close) for finding in findings(look)]


@pytest.mark.parametrize("plan", [STORAGE, STAGING], ids=["storage", "staging"])
def test_nothing_is_found_in_a_bucket_that_was_set_up_so(plan):
    assert _said(_look(plan)) == []


def test_everything_is_found_in_a_bare_bucket():
    look = Look(STORAGE, BucketState(), True, lambda: False)
    assert _said(look) == [
        (Guard.PUBLIC_ACCESS, "Public access isn’t blocked", True),
        (Guard.OWNERSHIP, "Access lists can give files away", True),
        (Guard.ENCRYPTION, "New files aren’t encrypted", True),
        (Guard.VERSIONING, "What is replaced or deleted is lost", True),
        (
            Guard.LIFECYCLE,
            "Parts of unfinished uploads stay for ever. Old versions aren’t deleted after 90 days",
            True,
        ),
        (Guard.POLICY, "Requests without TLS are answered", True),
    ]


@pytest.mark.parametrize(
    ("plan", "changes", "said"),
    [
        (STORAGE, {"ownership": "ObjectWriter"}, [(Guard.OWNERSHIP, "Access lists can give files away", True)]),
        (STORAGE, {"versioning": "Suspended"}, [(Guard.VERSIONING, "What is replaced or deleted is lost", True)]),
        (
            STAGING,
            {"versioning": "Enabled"},
            [(Guard.VERSIONING, "It keeps old versions, so temporary copies outlive their day", False)],
        ),
        (
            STORAGE,
            {"lifecycle": ({**STORAGE.lifecycle.rule, "Status": "Disabled"},)},
            [(Guard.LIFECYCLE, "Parts of unfinished uploads stay for ever", True)],
        ),
        (
            STORAGE,
            {"lifecycle": ({**STORAGE.lifecycle.rule, "Filter": {"Prefix": "a/"}},)},
            [(Guard.LIFECYCLE, "Parts of unfinished uploads stay for ever", True)],
        ),
        (
            STORAGE,
            {"lifecycle": (STORAGE.lifecycle.rule, {"ID": "tidy", "Status": "Enabled", "Expiration": {"Days": 30}})},
            [(Guard.LIFECYCLE, "Its rule tidy deletes files after a while", False)],
        ),
        (
            STAGING,
            {"lifecycle": ({**STAGING.lifecycle.rule, "Expiration": {"Days": 7}},)},
            [(Guard.LIFECYCLE, "Temporary copies aren’t deleted after a day", True)],
        ),
        (
            STORAGE,
            {"policy": _policy(OTHERS_STATEMENT)},
            [(Guard.POLICY, "Requests without TLS are answered", True)],
        ),
        (
            STORAGE,
            {"policy": _policy(tls_statement(PLAIN, "example-staging"))},
            [(Guard.POLICY, "Requests without TLS are answered", True)],
        ),
        (
            STORAGE,
            {"policy": _policy({**tls_statement(PLAIN, "example-files"), "Principal": {"AWS": "123456789012"}})},
            [(Guard.POLICY, "Requests without TLS are answered", True)],
        ),
        (
            STORAGE,
            {"policy": _policy({**tls_statement(PLAIN, "example-files"), "Action": "s3:PutObject"})},
            [(Guard.POLICY, "Requests without TLS are answered", True)],
        ),
        (
            STORAGE,
            {
                "policy": _policy(
                    tls_statement(PLAIN, "example-files"),
                    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "*"},
                )
            },
            [(Guard.POLICY, "Its policy lets everybody in", False)],
        ),
        (
            STORAGE,
            {"encryption": Encryption("aws:kms", "alias/files")},
            [(Guard.ENCRYPTION, "The role can’t name its key alias/files", False)],
        ),
    ],
)
def test_it_is_found(plan, changes, said):
    assert _said(_look(plan, **changes)) == said


@pytest.mark.parametrize(
    "policy",
    [
        _policy(
            {**tls_statement(PLAIN, "example-files"), "Sid": "Mine", "Principal": {"AWS": "*"}, "Action": ["s3:*"]}
        ),
        _policy({**tls_statement(PLAIN, "example-files"), "Resource": "*", "Action": "*"}),
        {"Version": "2012-10-17", "Statement": tls_statement(PLAIN, "example-files")},
    ],
)
def test_tls_may_be_demanded_in_other_words(policy):
    assert _said(_look(STORAGE, policy=policy)) == []


def test_one_day_is_not_set_where_it_would_delete_other_files():
    look = _look(STAGING, holds_other_files=True, lifecycle=())
    assert _said(look) == [
        (Guard.LIFECYCLE, "It holds other files, which would be deleted with the temporary copies", False)
    ]


def test_tls_is_not_demanded_by_who_comes_without():
    ((guard, text, can_close),) = _said(_look(STORAGE, uses_tls=False, policy=None))
    assert (guard, text, can_close) == (Guard.POLICY, "Requests without TLS are answered", False)


def test_old_versions_that_were_there_go_only_when_told_to():
    abort_only = {**STORAGE.lifecycle.rule}
    del abort_only["NoncurrentVersionExpiration"]
    assert _said(_look(STORAGE, lifecycle=(abort_only,))) == []
    told = replace(PLAIN, keep_versions_days=30)
    look = _look(planned_buckets(told)[0], lifecycle=(abort_only,), request=told)
    assert _said(look) == [(Guard.LIFECYCLE, "Old versions aren’t deleted after 30 days", True)]


def test_what_cannot_be_read_is_said_and_not_overwritten_unseen():
    error = RefusalError("not-allowed", "Your credentials don’t allow it", "s3:GetBucketPolicy")
    look = _look(STORAGE, unreadable={Guard.POLICY: error, Guard.PUBLIC_ACCESS: error}, policy=None)
    assert _said(look) == [
        (Guard.PUBLIC_ACCESS, "Its block of public access can’t be read: Your credentials don’t allow it", True),
        (Guard.POLICY, "Its policy can’t be read: Your credentials don’t allow it", False),
    ]
    assert not look.plan.has_policy_in_template


@pytest.mark.parametrize(
    ("asked", "found", "keys", "is_found"),
    [
        ("", Encryption("aws:kms", KEY), [KEY], False),
        ("", Encryption("aws:kms"), [], False),
        (KEY, Encryption("aws:kms", KEY), [KEY], False),
        (KEY, Encryption("aws:kms", KEY.rpartition("/")[2]), [KEY], False),
        (KEY, Encryption("aws:kms", OTHER_KEY), [KEY, OTHER_KEY], True),
        (KEY, Encryption("AES256"), [KEY], True),
    ],
)
def test_people_get_the_keys_of_new_and_of_older_files(asked, found, keys, is_found):
    request = replace(PLAIN, kms_key_arn=asked)
    look = _look(planned_buckets(request)[0], encryption=found, request=request)
    assert list(kms_keys([look.plan])) == sorted(keys)
    assert bool(findings(look)) is is_found


class Keeper:
    """Writes down what it is told."""

    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda *arguments: self.told.append((name, *arguments))


def test_each_finding_is_set_by_its_own_request():
    keeper = Keeper()
    look = Look(STORAGE, BucketState(), True, lambda: False)
    for finding in findings(look):
        close(finding, look, keeper)
    assert keeper.told == [
        ("block_public_access", "example-files"),
        ("enforce_ownership", "example-files"),
        ("encrypt", "example-files", Encryption("AES256")),
        ("keep_versions", "example-files"),
        ("set_lifecycle", "example-files", [STORAGE.lifecycle.rule]),
        ("set_policy", "example-files", _policy(tls_statement(PLAIN, "example-files"))),
    ]


def test_rules_and_statements_of_others_stay():
    ours_before = {**STORAGE.lifecycle.rule, "Status": "Disabled"}
    keeper = Keeper()
    look = _look(STORAGE, lifecycle=(OTHERS_RULE, ours_before), policy=_policy(OTHERS_STATEMENT))
    for finding in findings(look):
        close(finding, look, keeper)
    (_, _, rules), (_, _, policy) = keeper.told
    assert rules == [OTHERS_RULE, look.plan.lifecycle.rule]
    assert policy["Statement"] == [OTHERS_STATEMENT, tls_statement(PLAIN, "example-files")]


PUBLISHING = replace(PLAIN, publisher=True)
PUBLISHED = planned_buckets(PUBLISHING)[0]
CATALOG_RULE = {
    "ID": "tagdrop-catalog",
    "Status": "Enabled",
    "Filter": {"Prefix": ".tagdrop/catalog/"},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    "Expiration": {"ExpiredObjectDeleteMarker": True},
}
CATALOG_STAYS = (Guard.LIFECYCLE, "Old versions of the published catalogue aren’t deleted after a day", True)


@pytest.mark.parametrize(
    ("rule", "is_enough"),
    [
        (CATALOG_RULE, True),
        ({**CATALOG_RULE, "ID": "of others", "Filter": {"Prefix": ".tagdrop/"}}, True),
        ({**CATALOG_RULE, "Status": "Disabled"}, False),
        ({**CATALOG_RULE, "Filter": {"Prefix": ".tagdrop/catalog/x"}}, False),
        ({**CATALOG_RULE, "Filter": {"And": {"Prefix": ".tagdrop/", "ObjectSizeGreaterThan": 9}}}, False),
        ({**CATALOG_RULE, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}, False),
        (
            {**CATALOG_RULE, "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 5}},
            False,
        ),
    ],
)
def test_old_catalogues_go_soon_where_one_is_published(rule, is_enough):
    look = _look(PUBLISHED, request=PUBLISHING, lifecycle=(STORAGE.lifecycle.rule, rule))
    assert _said(look) == ([] if is_enough else [CATALOG_STAYS])
    assert _said(_look(STORAGE, lifecycle=(STORAGE.lifecycle.rule, rule))) == []


def test_the_catalogue_s_rule_takes_the_place_of_an_older_one_and_leaves_the_others():
    older = {**CATALOG_RULE, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}
    slower = {"ID": "parts", "Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 30}}  # fmt: skip
    look = _look(PUBLISHED, request=PUBLISHING, lifecycle=(OTHERS_RULE, older, slower), versioning="Enabled")
    assert _said(look) == [CATALOG_STAYS]
    assert joined_rules(look) == [OTHERS_RULE, slower, CATALOG_RULE]
