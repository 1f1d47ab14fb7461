"""Setting up: what is asked of an account, in which order, and what happens when it says no."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.errors import CancelledError, ConflictError, OutageError, RefusalError
from app.core.provisioning import BucketState, Encryption, FindingState, FindingTold, PartProvisioned, PartStatus
from app.services.provision import apply, plan, survey, tell
from app.services.provisioning.policies import tls_statement
from tests.fakes import Listener, cancel_when
from tests.services.provisioning.variants import PLAIN, VARIANTS

NOT_SUPPORTED = RefusalError("not-supported", "The server can’t do that", "NotImplemented")
NOBODY = OutageError("no-connection", "No connection to the storage")


class FakeBuckets:
    """Buckets in memory.

    Attributes:
        states: of the buckets that are there.
        refuses: names of requests that are answered with an error.
        told: requests that changed something, in order.
    """

    def __init__(self, states=None, refuses=None):
        self.states = states or {}
        self.refuses = refuses or {}
        self.told = []

    def read(self, bucket):
        return self.states.get(bucket)

    def holds_other_files(self, bucket):
        return False

    def create(self, bucket):
        self._set("create", bucket)
        self.states[bucket] = BucketState()

    def block_public_access(self, bucket):
        self._set("block", bucket, blocks_public_access=True)

    def enforce_ownership(self, bucket):
        self._set("own", bucket, ownership="BucketOwnerEnforced")

    def encrypt(self, bucket, encryption):
        self._set("encrypt", bucket, encryption=encryption)

    def keep_versions(self, bucket):
        self._set("versions", bucket, versioning="Enabled")

    def set_lifecycle(self, bucket, rules):
        self._set("lifecycle", bucket, lifecycle=tuple(rules))

    def set_policy(self, bucket, policy):
        self._set("policy", bucket, policy=policy)

    def _set(self, name, bucket, **changes):
        if name in self.refuses:
            raise self.refuses[name]
        self.told.append((name, bucket))
        if changes:
            self.states[bucket] = replace(self.states[bucket], **changes)


class FakeRoles:
    def __init__(self, error=None):
        self.put_roles = []
        self._error = error

    def put(self, role):
        if self._error:
            raise self._error
        self.put_roles.append(role)
        return PartStatus.CREATED


class FakeStacks:
    """One stack.

    Attributes:
        owned: physical name by logical id.
        deployed: templates, in order.
    """

    def __init__(self, owned=None):
        self.owned = owned or {}
        self.deployed = []

    def resources(self, stack):
        return self.owned

    def deploy(self, stack, template, cancel):
        self.deployed.append(template)
        return PartStatus.UPDATED if self.owned else PartStatus.CREATED


class FakeAccount:
    def __init__(self, buckets=None, roles=None, stacks=None, uses_tls=True):
        self.buckets = buckets or FakeBuckets()
        self.roles = roles or FakeRoles()
        self.stacks = stacks
        self.uses_tls = uses_tls

    def account_id(self):
        return "123456789012"


def _set_up(request, account, adopts=False):
    listener = Listener()
    report = apply(survey(request, account, adopts), account, listener.job)
    return report, listener


def test_where_there_is_cloudformation_nothing_new_is_set_past_it():
    account = FakeAccount(stacks=FakeStacks())
    report, listener = _set_up(VARIANTS["audit"], account)
    assert account.stacks.deployed == [plan(VARIANTS["audit"]).template]
    assert (account.buckets.told, account.roles.put_roles) == ([], [])
    assert listener.events == [PartProvisioned("stack", "tagdrop", PartStatus.CREATED)]
    assert (report.open, report.failed) == (0, 0)


def test_without_cloudformation_each_bucket_is_made_and_closed_before_the_role_opens_it():
    account = FakeAccount()
    report, listener = _set_up(PLAIN, account)
    assert [name for name, bucket in account.buckets.told if bucket == "example-files"] == [
        "create", "block", "own", "encrypt", "versions", "lifecycle", "policy",
    ]  # fmt: skip
    assert [name for name, bucket in account.buckets.told if bucket == "example-staging"] == [
        "create", "block", "own", "encrypt", "lifecycle", "policy",
    ]  # fmt: skip
    assert [role.name for role in account.roles.put_roles] == ["tagdrop"]
    assert listener.events[-1] == PartProvisioned("role", "tagdrop", PartStatus.CREATED)
    assert (report.open, report.failed) == (0, 0)


def test_what_the_server_cannot_do_is_told_and_the_rest_goes_on():
    buckets = FakeBuckets(refuses={"block": NOT_SUPPORTED})
    account = FakeAccount(buckets, FakeRoles(NOT_SUPPORTED))
    report, listener = _set_up(VARIANTS["audit"], account)
    failed = [told.finding.bucket for told in listener.of(FindingTold) if told.state is FindingState.FAILED]
    assert failed == ["example-files", "example-staging"]
    parts = {part.kind: part for part in listener.of(PartProvisioned) if part.status is PartStatus.FAILED}
    assert parts["role"].error == NOT_SUPPORTED
    assert parts["trail"].error.code == "no-trail"
    assert ("policy", "example-staging") in buckets.told
    assert (report.open, report.failed) == (2, 4)


def test_a_server_that_is_gone_ends_it():
    account = FakeAccount(FakeBuckets(refuses={"block": NOBODY}))
    with pytest.raises(OutageError):
        _set_up(PLAIN, account)
    assert account.buckets.told == [("create", "example-files")]


def test_without_tls_it_is_not_demanded_and_that_stays_open():
    account = FakeAccount(uses_tls=False)
    report, listener = _set_up(PLAIN, account)
    assert "policy" not in {name for name, _ in account.buckets.told}
    still_open = [told.finding for told in listener.of(FindingTold) if told.state is FindingState.OPEN]
    assert {finding.text for finding in still_open} == {"Requests without TLS are answered"}
    assert (report.open, report.failed) == (2, 0)


def test_it_can_be_stopped_between_two_steps():
    account = FakeAccount()
    listener = cancel_when(lambda event: isinstance(event, FindingTold))
    with pytest.raises(CancelledError):
        apply(survey(PLAIN, account, adopts=False), account, listener.job)
    assert account.buckets.told == [("create", "example-files"), ("block", "example-files")]


OLD = BucketState(encryption=Encryption("AES256"))


def test_a_bucket_of_somebody_elses_making_is_not_touched_unasked():
    account = FakeAccount(FakeBuckets({"example-files": OLD}), stacks=FakeStacks())
    with pytest.raises(ConflictError) as caught:
        survey(PLAIN, account, adopts=False)
    assert str(caught.value) == (
        "example-files: This bucket is there already. Choose another name, or take it over with --adopt."
    )


def test_a_bucket_for_the_trail_is_never_taken_over():
    account = FakeAccount(FakeBuckets({"example-files-audit": OLD}), stacks=FakeStacks())
    with pytest.raises(ConflictError, match="This bucket is there already"):
        survey(VARIANTS["audit"], account, adopts=True)


def test_looking_alone_tells_and_changes_nothing():
    account = FakeAccount(FakeBuckets({"example-files": OLD}), stacks=FakeStacks())
    listener = Listener()
    report = tell(survey(PLAIN, account, adopts=True), listener.job)
    states = [told.state for told in listener.of(FindingTold)]
    assert states.count(FindingState.IN_TEMPLATE) == 1
    assert report.open == states.count(FindingState.OPEN) == 4
    assert (account.buckets.told, account.stacks.deployed) == ([], [])


def test_an_adopted_bucket_is_closed_after_the_stack_went_well():
    account = FakeAccount(FakeBuckets({"example-files": OLD}), stacks=FakeStacks())
    report, listener = _set_up(PLAIN, account, adopts=True)
    assert isinstance(listener.events[0], PartProvisioned)
    assert {told.state for told in listener.of(FindingTold)} == {FindingState.CLOSED}
    assert {bucket for _, bucket in account.buckets.told} == {"example-files"}
    assert (report.open, report.failed) == (0, 0)


def test_what_the_stack_owns_stays_in_the_template():
    owned = {"StagingBucket": "example-staging", "StorageBucketPolicy": "example-files", "Role": "tagdrop"}
    with_policy = replace(OLD, policy={"Version": "2012-10-17", "Statement": [tls_statement(PLAIN, "example-files")]})
    states = {"example-files": with_policy, "example-staging": OLD}
    account = FakeAccount(FakeBuckets(states), stacks=FakeStacks(owned))
    resources = survey(PLAIN, account, adopts=True).template["Resources"]
    # Left out, they would be deleted by the next update.
    assert {"StagingBucket", "StagingBucketPolicy", "StorageBucketPolicy", "Role"} == set(resources)
