"""Through what a cloud account is looked at and set up, as Protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.core.job import CancelToken
from app.core.provisioning import BucketState, Document, Encryption, PartStatus, Role


class BucketKeeper(Protocol):
    """Reads and sets how buckets are set up. Every call may raise `AppError`."""

    def read(self, bucket: str) -> BucketState | None:
        """Return how it is set up; None where there is no bucket of that name.

        Raises:
            RefusalError: it belongs to somebody else.
            ConfigurationError: it is in another region.
        """

    def holds_other_files(self, bucket: str) -> bool:
        """Tell whether there is an object in it that isn't laid out as a temporary copy."""

    def create(self, bucket: str) -> None:
        """Create it."""

    def block_public_access(self, bucket: str) -> None:
        """Turn all four switches of the block on."""

    def enforce_ownership(self, bucket: str) -> None:
        """Turn access lists off: every object belongs to the bucket's owner."""

    def encrypt(self, bucket: str, encryption: Encryption) -> None:
        """Encrypt new objects so."""

    def keep_versions(self, bucket: str) -> None:
        """Keep what is replaced or deleted as old versions."""

    def set_lifecycle(self, bucket: str, rules: Sequence[Document]) -> None:
        """Replace its lifecycle rules."""

    def set_policy(self, bucket: str, policy: Document) -> None:
        """Replace its policy."""


class RoleKeeper(Protocol):
    """Sets IAM roles."""

    def put(self, role: Role) -> PartStatus:
        """Create the role or bring it to what is asked for.

        Raises:
            AppError: the server has no roles, or refuses.
        """


class StackKeeper(Protocol):
    """Sets what a CloudFormation template describes."""

    def resources(self, stack: str) -> Mapping[str, str]:
        """Return the stack's resources, physical name by logical id; empty where there is no such stack."""

    def deploy(self, stack: str, template: Document, cancel: CancelToken) -> PartStatus:
        """Create or update the stack and wait until that is done.

        Raises:
            AppError: it failed; everything is as it was before. The detail names what failed, and why.
            CancelledError: when cancelled; the stack goes on by itself.
        """


class Provisioner(Protocol):
    """A cloud account, or an S3 server of one's own."""

    @property
    def buckets(self) -> BucketKeeper:
        """Its buckets."""

    @property
    def roles(self) -> RoleKeeper:
        """Its roles."""

    @property
    def stacks(self) -> StackKeeper | None:
        """Its stacks; None where it has no CloudFormation."""

    @property
    def uses_tls(self) -> bool:
        """Whether it is reached by https."""

    def account_id(self) -> str:
        """Return the account's id, 12 digits.

        Raises:
            AppError: there are no credentials, or they aren't accepted.
        """
