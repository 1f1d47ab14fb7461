"""What IT asks to be set up, and whether it can be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.errors import InputError

KMS_KEY_ARN = re.compile(r"arn:aws[\w-]*:kms:(?P<region>[\w-]+):\d{12}:key/[\w-]+")
"""A KMS key as a policy can name it; aliases it can't (KMS Developer Guide, "Specifying KMS keys in IAM policies")."""

_BUCKET = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")
_CLIENT_ID = re.compile(r"[\w-]+\.apps\.googleusercontent\.com")
_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_ROLE_PATH = re.compile(r"/([\x21-\x2e\x30-\x7e]+/)*")
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_POLICY = re.compile(r".{1,128}")

# First letters of the region, first part of ARNs, end of host names.
_PARTITIONS = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("", "aws", "amazonaws.com"),
)


@dataclass(frozen=True, slots=True)
class People:
    """Who may sign in, and the role that they work under.

    Attributes:
        client_id: of the desktop client at Google: claim `aud`.
        domains: Google Workspace domains: claim `hd`.
        role_name: without its path.
        role_path: begins and ends with a slash.
    """

    client_id: str
    domains: tuple[str, ...]
    role_name: str
    role_path: str = "/"


@dataclass(frozen=True, slots=True)
class ProvisionRequest:
    """What is to be set up.

    Attributes:
        region: AWS region of everything.
        storage_bucket: holds everybody's files.
        staging_bucket: holds temporary copies.
        people: who may sign in; None for the buckets alone.
        audit_bucket: holds the trail; empty for no trail.
        kms_key_arn: encrypts both buckets; empty for S3's own keys.
        keep_versions_days: how long old versions stay, 0 for ever; None where IT said nothing.
        allow_delete: whether people may delete files.
        allow_replace: whether people may replace files.
        public_links: whether people may make links that work without signing in.
        stack: name of the CloudFormation stack, and of the trail.
        publisher: whether there is a policy for whoever publishes the catalogue.
    """

    region: str
    storage_bucket: str
    staging_bucket: str
    people: People | None = None
    audit_bucket: str = ""
    kms_key_arn: str = ""
    keep_versions_days: int | None = None
    allow_delete: bool = True
    allow_replace: bool = True
    public_links: bool = False
    stack: str = "tagdrop"
    publisher: bool = False

    def __post_init__(self) -> None:
        """Check it.

        Raises:
            InputError: `bucket-name`, `same-bucket`, `key-arn`, `stack-name`, `keep-versions`, `client-id`, `domain`,
                `role-name`; the target is what can't be used.
        """
        buckets = [name for name in (self.storage_bucket, self.staging_bucket, self.audit_bucket) if name]
        for name in buckets:
            _expect(_BUCKET, name, "bucket-name", "This can’t be a bucket’s name", _BUCKET_RULE)
        for name in buckets:
            if buckets.count(name) > 1:
                raise InputError("same-bucket", "One bucket can’t be both", "Give each a name of its own.", name)
        _check_key(self.kms_key_arn, self.region)
        _expect(_STACK, self.stack, "stack-name", "This can’t be a stack’s name", "Letters, digits and hyphens.")
        if self.publisher:
            _expect(_POLICY, self.publisher_name, "stack-name", "This stack’s name is too long", _POLICY_RULE)
        if (self.keep_versions_days or 0) < 0:
            raise InputError("keep-versions", "Days can’t be negative", "0 keeps old versions for ever.")
        if self.people is not None:
            _check_people(self.people)

    def bucket_arn(self, bucket: str) -> str:
        """Return the ARN of a bucket."""
        return f"arn:{self.partition}:s3:::{bucket}"

    def role_arn(self, account_id: str) -> str:
        """Return the ARN of the role that people work under; empty where there is none."""
        if self.people is None:
            return ""
        return f"arn:{self.partition}:iam::{account_id}:role{self.people.role_path}{self.people.role_name}"

    @property
    def publisher_name(self) -> str:
        """Name of the policy for whoever publishes the catalogue."""
        return f"{self.stack}-publisher"

    def publisher_arn(self, account_id: str) -> str:
        """Return the ARN of that policy; empty where there is none, or the account isn't known."""
        if not (self.publisher and account_id):
            return ""
        return f"arn:{self.partition}:iam::{account_id}:policy/{self.publisher_name}"

    @property
    def partition(self) -> str:
        """First part of every ARN of the region (AWS General Reference, "Amazon Resource Names")."""
        return next(name for prefix, name, _ in _PARTITIONS if self.region.startswith(prefix))

    @property
    def s3_host(self) -> str:
        """Where S3 answers in the region, as KMS names it to policies."""
        return next(f"s3.{self.region}.{end}" for prefix, _, end in _PARTITIONS if self.region.startswith(prefix))


_POLICY_RULE = "With --publisher it names a policy, too: at most 118 characters."
_BUCKET_RULE = "3 to 63 lower-case letters, digits, dots and hyphens; a letter or digit at both ends."


def _check_key(arn: str, region: str) -> None:
    if not arn:
        return
    _expect(KMS_KEY_ARN, arn, "key-arn", "This isn’t the ARN of a KMS key", "A policy can’t name a key by an alias.")
    if arn.split(":")[3] != region:
        raise InputError("key-arn", "The key is in another region", f"Buckets in {region} need a key there.", arn)


def _check_people(people: People) -> None:
    _expect(_CLIENT_ID, people.client_id, "client-id", "This isn’t Google’s client id", _CLIENT_RULE)
    if not people.domains:
        raise InputError("domain", "No domain is given", "The role needs the organisation’s Google Workspace domain.")
    for domain in people.domains:
        _expect(_DOMAIN, domain, "domain", "This can’t be a domain", "In lower case, for example example.com.")
    _expect(_ROLE, people.role_name, "role-name", "This can’t be a role’s name", "Up to 64 letters, digits, +=,.@_-.")
    _expect(_ROLE_PATH, people.role_path, "role-name", "This can’t be a role’s path", "It begins and ends with /.")


_CLIENT_RULE = "It ends with .apps.googleusercontent.com; Google’s console shows it under Credentials."


def _expect(pattern: re.Pattern[str], value: str, code: str, title: str, rule: str) -> None:
    if not pattern.fullmatch(value):
        raise InputError(code, title, rule, value)
