"""The options of `tagdrop provision`, and what they and the settings ask for."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, replace
from pathlib import Path

from app.cli.parser import UsageError
from app.core.errors import ConfigurationError
from app.services.provisioning.request import People, ProvisionRequest
from app.settings.model import Google, Settings
from app.settings.writing import to_toml

_ROLE_ARN = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):role(?P<path>/(?:.+/)?)(?P<name>[^/]+)")
_ACCOUNT = re.compile(r"\d{12}")
_DEFAULT_ROLE = "tagdrop"

# What the desktops shall be told also where it is the default: it has to match what the account allows.
_SPOKEN = (
    ("storage", "region"),
    ("storage", "allow_delete"),
    ("upload", "allow_replace"),
    ("share", "public_links"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What options and settings ask for.

    Attributes:
        request: what is to be set up.
        settings: of the desktops, but for the role's ARN.
        account_id: as far as it was said; else empty.
    """

    request: ProvisionRequest
    settings: Settings
    account_id: str

    def toml(self, account_id: str) -> str:
        """Return the settings file for the desktops."""
        storage = replace(self.settings.storage, role_arn=self.request.role_arn(account_id))
        return to_toml(replace(self.settings, storage=storage), _SPOKEN)


def add_options(parser: ArgumentParser) -> None:
    """Declare the options; what the settings say needn't be said again."""
    told = parser.add_argument_group("what the settings don’t say")
    told.add_argument("--organization", metavar="NAME", help="the organisation’s name, for the window’s sentences")
    told.add_argument("--domain", action="append", metavar="DOMAIN", help="Google Workspace domain; may be repeated")
    told.add_argument("--google-client-id", metavar="ID", help="of the desktop client; without it there is no role")
    told.add_argument("--region", help="AWS region of both buckets")
    told.add_argument("--storage-bucket", metavar="NAME", help="holds everybody’s files")
    told.add_argument("--staging-bucket", metavar="NAME", help="holds temporary copies")
    told.add_argument("--role-name", metavar="NAME", help=f"role that people work under ({_DEFAULT_ROLE})")
    told.add_argument("--account", metavar="DIGITS", help="AWS account, 12 digits, for the role’s ARN")
    allowed = parser.add_argument_group("what people may do, and what is kept")
    allowed.add_argument("--no-delete", action="store_true", help="nobody deletes files")
    allowed.add_argument("--no-replace", action="store_true", help="nobody replaces files")
    allowed.add_argument("--public-links", action="store_true", help="links that work without signing in, up to 12 h")
    allowed.add_argument("--keep-versions", type=int, metavar="DAYS", help="how long old versions stay; 0: for ever")
    allowed.add_argument("--kms-key", default="", metavar="ARN", help="encrypt both buckets with this key")
    allowed.add_argument("--publisher", action="store_true", help="a policy for whoever publishes the catalogue")
    allowed.add_argument("--audit", action="store_true", help="keep a trail of who read and changed which file")
    allowed.add_argument("--audit-bucket", metavar="NAME", help="for the trail (the storage bucket’s name and -audit)")
    done = parser.add_argument_group("what is done")
    done.add_argument("--adopt", action="store_true", help="take over buckets that are there already")
    done.add_argument("--apply", action="store_true", help="set it up, instead of only writing the template")
    done.add_argument("--stack", default="tagdrop", metavar="NAME", help="name of the stack (tagdrop)")
    done.add_argument("--output", type=Path, metavar="FILE", help="write the template to FILE")
    done.add_argument("--settings-output", type=Path, metavar="FILE", help="write the desktops’ settings to FILE")
    done.add_argument("--force", action="store_true", help="replace a FILE that is there already")


def asked(arguments: Namespace, settings: Settings) -> Asked:
    """Return what options and settings ask for together; options overrule settings.

    Raises:
        UsageError: something is missing.
        InputError: something can't be used.
        ConfigurationError: people don't sign in with Google.
    """
    settings = _overruled(arguments, settings)
    people, account_id = _people(arguments, settings)
    storage = settings.storage
    request = ProvisionRequest(
        region=storage.region,
        storage_bucket=storage.storage_bucket,
        staging_bucket=storage.staging_bucket,
        people=people,
        audit_bucket=(arguments.audit_bucket or f"{storage.storage_bucket}-audit") if arguments.audit else "",
        kms_key_arn=arguments.kms_key,
        keep_versions_days=arguments.keep_versions,
        allow_delete=storage.allow_delete,
        allow_replace=settings.upload.allow_replace,
        public_links=settings.share.public_links,
        stack=arguments.stack,
        publisher=arguments.publisher,
    )
    return Asked(request, settings, account_id)


def _overruled(arguments: Namespace, settings: Settings) -> Settings:
    """Return the settings of the desktops, options laid over the settings that were read.

    Raises:
        UsageError: something is missing.
    """
    organization, storage, google = settings.organization, settings.storage, settings.google
    knows_storage = bool(storage.storage_bucket)
    client_id = arguments.google_client_id or (google.client_id if google else "")
    overruled = replace(
        settings,
        organization=replace(
            organization,
            name=arguments.organization or organization.name,
            domain=tuple(arguments.domain or organization.domain),
        ),
        google=replace(google or Google(), client_id=client_id) if client_id else None,
        storage=replace(
            storage,
            region=arguments.region or (storage.region if knows_storage else ""),
            storage_bucket=arguments.storage_bucket or storage.storage_bucket,
            staging_bucket=arguments.staging_bucket or storage.staging_bucket,
            allow_delete=not arguments.no_delete,
        ),
        upload=replace(settings.upload, allow_replace=settings.upload.allow_replace and not arguments.no_replace),
        share=replace(settings.share, public_links=settings.share.public_links or arguments.public_links),
    )
    _check_nothing_missing(overruled)
    return overruled


def _check_nothing_missing(settings: Settings) -> None:
    needed = {
        "--region": settings.storage.region,
        "--storage-bucket": settings.storage.storage_bucket,
        "--staging-bucket": settings.storage.staging_bucket,
        "--domain": settings.organization.domain or settings.google is None,
    }
    missing = [option for option, value in needed.items() if not value]
    if missing:
        raise UsageError(f"Also needed: {', '.join(missing)}", "Or name a settings file that says it with --config.")


def _people(arguments: Namespace, settings: Settings) -> tuple[People | None, str]:
    """Return who may sign in, and the account's id as far as it was said."""
    known = _ROLE_ARN.fullmatch(settings.storage.role_arn)
    account_id = arguments.account or (known["account"] if known else "")
    if account_id and not _ACCOUNT.fullmatch(account_id):
        raise UsageError("An AWS account has 12 digits", "Give them without dashes after --account.")
    if settings.google is None:
        return None, account_id
    if settings.google.issuer != Google().issuer:
        raise ConfigurationError(
            "other-issuer",
            "The role can only let in Google accounts",
            "AWS looks at the organisation’s domain in Google’s tokens alone. Remove issuer from [google].",
            settings.google.issuer,
        )
    name = arguments.role_name or (known["name"] if known else _DEFAULT_ROLE)
    path = known["path"] if known and not arguments.role_name else "/"
    return People(settings.google.client_id, settings.organization.domain, name, path), account_id
