"""How each bucket is to be set up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.core.keys import CATALOG_PREFIX
from app.core.provisioning import BucketState, Document, Encryption, Guard
from app.services.provisioning.policies import tls_statement, trail_statements
from app.services.provisioning.request import KMS_KEY_ARN, ProvisionRequest

KEEP_VERSIONS_DAYS = 90
"""How long old versions stay where IT says nothing."""

UNFINISHED_UPLOAD_DAYS = 7
"""How long the parts of an upload wait to be gone on with: a laptop that sleeps over a holiday finds them."""

CATALOG_DAYS = 1
"""How long old versions of the published catalogue stay: it is made anew from the files, so nobody needs them."""

STORAGE_ID = "StorageBucket"
"""Logical id of the bucket that holds everybody's files."""

AUDIT_ID = "AuditBucket"
"""Logical id of the bucket that holds the trail; people have nothing to do with it."""

COPY_DAYS = 1
"""How long temporary copies stay; S3 counts from the next midnight UTC, so in truth up to two days."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What the storage deletes by itself; None for never.

    Attributes:
        rule_id: names the rule.
        unfinished_days: after which parts of unfinished uploads go.
        prefix: of the keys for which that is so; empty for the whole bucket.
        file_days: after which every file goes.
        old_version_days: after which old versions, and delete markers without any, go.
    """

    rule_id: str
    unfinished_days: int | None = None
    file_days: int | None = None
    old_version_days: int | None = None
    prefix: str = ""

    @property
    def rule(self) -> Document:
        """The rule in the API's form (PutBucketLifecycleConfiguration)."""
        rule: dict[str, object] = {
            "ID": self.rule_id,
            "Status": "Enabled",
            "Filter": {"Prefix": self.prefix},
        }
        if self.unfinished_days:
            rule["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": self.unfinished_days}
        if self.file_days:
            rule["Expiration"] = {"Days": self.file_days}
        if self.old_version_days:
            rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": self.old_version_days}
            rule["Expiration"] = {"ExpiredObjectDeleteMarker": True}
        return rule


@dataclass(frozen=True, slots=True)
class BucketPlan:
    """How one bucket is to be set up.

    Attributes:
        logical_id: in the template.
        name: of the bucket.
        encryption: of new objects.
        keeps_versions: whether what is replaced or deleted stays as an old version.
        lifecycle: what the storage deletes by itself; None for nothing.
        statements: of its policy.
        catalog_lifecycle: what it deletes of the published catalogue; None for nothing more.
        adopted: how it was found, where it was there before; else None.
        has_policy_in_template: whether the template sets its policy.
    """

    logical_id: str
    name: str
    encryption: Encryption
    keeps_versions: bool
    lifecycle: Lifecycle | None
    statements: tuple[Document, ...]
    catalog_lifecycle: Lifecycle | None = None
    adopted: BucketState | None = None
    has_policy_in_template: bool = True

    @property
    def lifecycles(self) -> tuple[Lifecycle, ...]:
        """Everything that the storage deletes by itself."""
        return tuple(found for found in (self.lifecycle, self.catalog_lifecycle) if found)


def planned_buckets(request: ProvisionRequest) -> tuple[BucketPlan, ...]:
    """Return how the buckets are to be set up where none of them is there yet."""
    encryption = Encryption("aws:kms", request.kms_key_arn) if request.kms_key_arn else Encryption("AES256")
    days = KEEP_VERSIONS_DAYS if request.keep_versions_days is None else request.keep_versions_days
    storage = BucketPlan(
        STORAGE_ID,
        request.storage_bucket,
        encryption,
        keeps_versions=True,
        lifecycle=Lifecycle("tagdrop-files", UNFINISHED_UPLOAD_DAYS, old_version_days=days or None),
        statements=(tls_statement(request, request.storage_bucket),),
        catalog_lifecycle=_CATALOG_LIFECYCLE if request.publisher else None,
    )
    staging = BucketPlan(
        "StagingBucket",
        request.staging_bucket,
        encryption,
        keeps_versions=False,
        lifecycle=Lifecycle("tagdrop-temporary-copies", COPY_DAYS, file_days=COPY_DAYS),
        statements=(tls_statement(request, request.staging_bucket),),
    )
    return (storage, staging, _audit(request)) if request.audit_bucket else (storage, staging)


def adopted(plan: BucketPlan, state: BucketState, request: ProvisionRequest, owns_policy: bool) -> BucketPlan:
    """Return the plan for a bucket that was there before.

    Args:
        plan: as for a new bucket.
        state: how it was found.
        request: what is set up.
        owns_policy: whether the stack set the bucket's policy.
    """
    lifecycle = plan.lifecycle
    if lifecycle and state.versioning and request.keep_versions_days is None:
        # Old versions are there, perhaps on purpose: only IT's word lets them go.
        lifecycle = replace(lifecycle, old_version_days=None)
    return replace(
        plan, lifecycle=lifecycle, adopted=state, has_policy_in_template=owns_policy or _has_no_policy(state)
    )


def kms_keys(plans: Iterable[BucketPlan]) -> tuple[str, ...]:
    """Return the ARNs of the keys that people need: those of the plan, and those that older files were stored with."""
    found = [key for plan in plans if plan.logical_id != AUDIT_ID for key in _keys(plan)]
    return tuple(sorted({key for key in found if KMS_KEY_ARN.fullmatch(key)}))


def storage_keys(plans: Iterable[BucketPlan]) -> tuple[str, ...]:
    """Return the ARNs of the keys that whoever publishes the catalogue needs."""
    return kms_keys(plan for plan in plans if plan.logical_id == STORAGE_ID)


_CATALOG_LIFECYCLE = Lifecycle("tagdrop-catalog", old_version_days=CATALOG_DAYS, prefix=CATALOG_PREFIX)


def _audit(request: ProvisionRequest) -> BucketPlan:
    return BucketPlan(
        AUDIT_ID,
        request.audit_bucket,
        Encryption("AES256"),
        keeps_versions=True,
        lifecycle=None,
        statements=(tls_statement(request, request.audit_bucket), *trail_statements(request)),
    )


def _has_no_policy(state: BucketState) -> bool:
    return state.policy is None and Guard.POLICY not in state.unreadable


def _keys(plan: BucketPlan) -> tuple[str, ...]:
    return (plan.encryption.key, plan.adopted.encryption.key) if plan.adopted else (plan.encryption.key,)
