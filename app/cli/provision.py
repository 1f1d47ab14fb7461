"""`tagdrop provision`: buckets, role and policies as a CloudFormation template, or set up; and the desktops' settings.

On stdout stands one document: the template, or the settings where the template has a file of its own or was applied.
What else there is to read goes to stderr.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

from app.cli.context import Context
from app.cli.output import Output, error_or_none
from app.cli.parser import UsageError
from app.cli.provision_options import Asked, add_options, asked
from app.core.errors import local_file_error
from app.core.events import Event
from app.core.job import Job
from app.core.ports.provisioning import Provisioner
from app.core.provisioning import FindingState, FindingTold, PartProvisioned, PartStatus
from app.services.provision import Survey, apply, plan, survey, tell


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_options(parser)


def run(context: Context) -> int:
    """Write the template, set it up if asked to, and write the settings for the desktops."""
    arguments, output = context.arguments, context.output
    _check_files(context)
    wanted = asked(arguments, context.read_known_settings())
    storage = wanted.settings.storage
    account = (
        context.open_account(storage.region, storage.endpoint_url, wanted.settings.sts_endpoint_url)
        if arguments.apply or arguments.adopt
        else None
    )
    account_id = _account_id(wanted, account)
    surveyed = survey(wanted.request, account, arguments.adopt) if account else plan(wanted.request)
    _write_template(context, surveyed)
    job = Job(context.cancel, lambda event: _print(event, output))
    output.progress("Setting up…")
    report = apply(surveyed, account, job) if account and arguments.apply else tell(surveyed, job)
    _write_settings(context, wanted, account_id)
    fields = {"applied": bool(arguments.apply), "open": report.open, "failed": report.failed}
    names = {
        "role_arn": wanted.request.role_arn(account_id) or None,
        "publisher_policy_arn": wanted.request.publisher_arn(account_id) or None,
    }
    output.event("summary", {**fields, **names})
    return 1 if report.open or report.failed else 0


def _check_files(context: Context) -> None:
    if context.arguments.force:
        return
    for path in (context.arguments.output, context.arguments.settings_output):
        if path is not None and path.exists():
            raise UsageError(f"{path} is there already", "Choose another name, or replace it with --force.")


def _account_id(wanted: Asked, account: Provisioner | None) -> str:
    """Return the account's id; empty where there is no role to name with it.

    Raises:
        UsageError: it isn't known, or the credentials belong to another one.
    """
    if wanted.request.people is None:
        return ""
    found = account.account_id() if account else wanted.account_id
    if not found:
        raise UsageError("Also needed: --account", "The settings name the role by the AWS account’s 12 digits.")
    if wanted.account_id not in ("", found):
        raise UsageError(
            f"Your AWS credentials belong to account {found}, not to {wanted.account_id}",
            "Choose others with AWS_PROFILE, or correct --account or role_arn.",
        )
    return found


def _write_template(context: Context, surveyed: Survey) -> None:
    path, output = context.arguments.output, context.output
    text = json.dumps(surveyed.template, indent=2) + "\n"
    if path is not None:
        _write(path, text)
    elif not context.arguments.apply:
        output.document(text)
    output.event("template", {"path": str(path) if path else None, "template": surveyed.template})


def _write_settings(context: Context, wanted: Asked, account_id: str) -> None:
    path, output = context.arguments.settings_output, context.output
    text = wanted.toml(account_id)
    if path is not None:
        _write(path, text)
    elif context.arguments.output is not None or context.arguments.apply:
        output.document(text)
    else:
        output.warn("Settings for the desktops:")
        for line in text.splitlines():
            output.warn(line)
    output.event("settings", {"path": str(path) if path else None, "toml": text})
    google = wanted.settings.google
    if google is None:
        output.warn("No role: give --google-client-id for people to sign in with Google.")
    elif not google.client_secret:
        output.warn("Add client_secret below client_id; Google’s console shows both together.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise local_file_error(error, str(path)) from error


def _print(event: Event, output: Output) -> None:
    if isinstance(event, FindingTold):
        finding = event.finding
        fields = {
            "bucket": finding.bucket,
            "guard": finding.guard.value,
            "state": event.state.value,
            "text": finding.text,
            "remedy": finding.remedy,
            "error": error_or_none(event.error),
        }
        output.event("finding", fields)
        output.warn(f"{finding.bucket}: {finding.text}. {_ending(event)}")
    elif isinstance(event, PartProvisioned):
        status = event.status.value
        output.event(
            "part", {"kind": event.kind, "name": event.name, "status": status, "error": error_or_none(event.error)}
        )
        reason = f": {event.error.title}. {event.error.detail}" if event.error else ""
        output.warn(f"{event.kind.capitalize()} {event.name}: {_STATUS_WORDS[event.status]}{reason}")


_STATUS_WORDS = {
    PartStatus.CREATED: "created",
    PartStatus.UPDATED: "updated",
    PartStatus.UNCHANGED: "as it was",
    PartStatus.FAILED: "not set up",
}


def _ending(event: FindingTold) -> str:
    match event.state:
        case FindingState.CLOSED:
            return "Set right."
        case FindingState.IN_TEMPLATE:
            return "The template sets it right."
        case FindingState.FAILED if event.error is not None:
            return f"That couldn’t be changed: {event.error.title}. {event.error.detail}".rstrip()
        case _:
            return event.finding.remedy
