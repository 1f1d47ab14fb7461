"""What IT sets up for Tagdrop in a cloud account, and what is found there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from app.core.errors import AppError

Document = Mapping[str, Any]
"""A policy, a lifecycle rule or a template, as AWS writes it in JSON."""


class Guard(Enum):
    """What keeps a bucket safe; the values are those of the command line's `--json`."""

    PUBLIC_ACCESS = "public-access"
    OWNERSHIP = "ownership"
    ENCRYPTION = "encryption"
    VERSIONING = "versioning"
    LIFECYCLE = "lifecycle"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a bucket encrypts new objects.

    Attributes:
        algorithm: `AES256`, `aws:kms` or `aws:kms:dsse`; empty for not at all.
        key: of KMS, as the bucket names it: ARN, id or alias; empty for the key that AWS keeps.
    """

    algorithm: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class BucketState:
    """How a bucket is set up.

    Attributes:
        blocks_public_access: whether all four of the block's switches are on.
        ownership: `BucketOwnerEnforced` where access lists are off; empty where nothing is set.
        encryption: of new objects.
        versioning: `Enabled`, `Suspended`, or empty where versions were never kept.
        lifecycle: its rules, in the API's form.
        policy: its policy; None where it has none.
        unreadable: what couldn't be read, and why; the attribute then says the same as for nothing.
    """

    blocks_public_access: bool = False
    ownership: str = ""
    encryption: Encryption = Encryption("")
    versioning: str = ""
    lifecycle: tuple[Document, ...] = ()
    policy: Document | None = None
    unreadable: Mapping[Guard, AppError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a bucket that isn't as it should be.

    Attributes:
        bucket: its name.
        guard: what is missing.
        text: what was found, one sentence.
        remedy: what to do about it by hand, one sentence.
        can_close: whether Tagdrop can set it without harm to what is in the bucket.
    """

    bucket: str
    guard: Guard
    text: str
    remedy: str
    can_close: bool = True


class FindingState(Enum):
    """What becomes of a finding; the values are those of the command line's `--json`."""

    OPEN = "open"
    IN_TEMPLATE = "in-template"
    CLOSED = "closed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FindingTold:
    """A finding, and what became of it; `error` with `FAILED` only."""

    finding: Finding
    state: FindingState
    error: AppError | None = None


class PartStatus(Enum):
    """What became of a part that was asked for; the values are those of the command line's `--json`."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PartProvisioned:
    """What became of one part.

    Attributes:
        kind: `stack`, `bucket`, `role`, `policy` or `trail`.
        name: of the part.
        status: what became of it.
        error: with `FAILED` only.
    """

    kind: str
    name: str
    status: PartStatus
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role.

    Attributes:
        name: without its path.
        path: begins and ends with a slash.
        trust: who may work under it.
        permissions: what they may do.
        max_session_seconds: longest session.
    """

    name: str
    path: str
    trust: Document
    permissions: Document
    max_session_seconds: int
