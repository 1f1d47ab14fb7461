"""What a bucket lacks, and setting it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.core.ports.provisioning import BucketKeeper
from app.core.provisioning import Finding, Guard
from app.services.provisioning.bucket_policy import joined_policy, policy_findings
from app.services.provisioning.lifecycle import joined_rules, lifecycle_findings
from app.services.provisioning.look import Look
from app.services.provisioning.request import KMS_KEY_ARN


def findings(look: Look) -> tuple[Finding, ...]:
    """Return what the bucket lacks, in the order in which it is to be set."""
    return tuple(
        found
        for guard, check in _CHECKS.items()
        for found in (_unreadable(look, guard) if guard in look.state.unreadable else check(look))
    )


def close(finding: Finding, look: Look, keeper: BucketKeeper) -> None:
    """Set what was found missing; what else is set in the bucket stays.

    Raises:
        AppError: the server can't do that, or refuses.
    """
    bucket, plan = finding.bucket, look.plan
    match finding.guard:
        case Guard.PUBLIC_ACCESS:
            keeper.block_public_access(bucket)
        case Guard.OWNERSHIP:
            keeper.enforce_ownership(bucket)
        case Guard.ENCRYPTION:
            keeper.encrypt(bucket, plan.encryption)
        case Guard.VERSIONING:
            keeper.keep_versions(bucket)
        case Guard.LIFECYCLE:
            keeper.set_lifecycle(bucket, joined_rules(look))
        case Guard.POLICY:
            keeper.set_policy(bucket, joined_policy(look))


def _unreadable(look: Look, guard: Guard) -> Iterator[Finding]:
    error = look.state.unreadable[guard]
    # What is set whole can be set unseen; the others hold things of other people's.
    can_close = guard in (Guard.PUBLIC_ACCESS, Guard.OWNERSHIP)
    yield look.finding(guard, f"Its {_NAMES[guard]} can’t be read: {error.title}", error.detail, can_close)


_NAMES = {
    Guard.PUBLIC_ACCESS: "block of public access",
    Guard.OWNERSHIP: "object ownership",
    Guard.ENCRYPTION: "encryption",
    Guard.VERSIONING: "versioning",
    Guard.LIFECYCLE: "lifecycle",
    Guard.POLICY: "policy",
}


def _public_access(look: Look) -> Iterator[Finding]:
    if not look.state.blocks_public_access:
        yield look.finding(Guard.PUBLIC_ACCESS, "Public access isn’t blocked", "Block all public access.")


def _ownership(look: Look) -> Iterator[Finding]:
    if look.state.ownership != "BucketOwnerEnforced":
        yield look.finding(
            Guard.OWNERSHIP,
            "Access lists can give files away",
            "Set object ownership to “Bucket owner enforced”.",
        )


def _encryption(look: Look) -> Iterator[Finding]:
    wanted, found = look.plan.encryption, look.state.encryption
    if not found.algorithm:
        yield look.finding(Guard.ENCRYPTION, "New files aren’t encrypted", "Turn default encryption on.")
    elif wanted.key and not _is_same_key(wanted.key, found.key):
        yield look.finding(
            Guard.ENCRYPTION, "New files aren’t encrypted with this key", f"Set {wanted.key} as the default key."
        )
    elif not wanted.key and found.key and not KMS_KEY_ARN.fullmatch(found.key):
        yield look.finding(
            Guard.ENCRYPTION,
            f"The role can’t name its key {found.key}",
            "Name the key’s ARN with --kms-key, else people can’t read the files.",
            can_close=False,
        )


def _is_same_key(arn: str, found: str) -> bool:
    return found == arn or arn.endswith(f":key/{found}")


def _versioning(look: Look) -> Iterator[Finding]:
    if look.plan.keeps_versions and look.state.versioning != "Enabled":
        yield look.finding(Guard.VERSIONING, "What is replaced or deleted is lost", "Turn versioning on.")
    elif not look.plan.keeps_versions and look.state.versioning == "Enabled":
        yield look.finding(
            Guard.VERSIONING,
            "It keeps old versions, so temporary copies outlive their day",
            "Take another bucket, or suspend versioning and delete the old versions.",
            can_close=False,
        )


_CHECKS: dict[Guard, Callable[[Look], Iterator[Finding]]] = {
    Guard.PUBLIC_ACCESS: _public_access,
    Guard.OWNERSHIP: _ownership,
    Guard.ENCRYPTION: _encryption,
    Guard.VERSIONING: _versioning,
    Guard.LIFECYCLE: lifecycle_findings,
    # Last: it shuts out requests, those that set the others too where something is wrong with the connection.
    Guard.POLICY: policy_findings,
}
