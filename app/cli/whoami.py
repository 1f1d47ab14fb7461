"""`tagdrop whoami`: who works here, under which role and until when."""

from __future__ import annotations

from argparse import ArgumentParser

from app.cli.context import Context
from app.cli.output import Output, timestamp
from app.core.errors import SignInError
from app.core.ports.session import WorkingSession


def configure(parser: ArgumentParser) -> None:
    """Declare the options: none of its own."""


def run(context: Context) -> int:
    """Print it; signed out, everything is null and the exit code 4."""
    output = context.output
    try:
        session = context.services.session
    except SignInError as error:
        if error.code != "signed-out":
            raise
        output.event("whoami", {"email": None, "domain": None, "role_arn": None, "session_expires_at": None})
        output.warn("Nobody is signed in")
        return error.exit_code
    _print(session, context.settings.storage.role_arn if context.settings.google else None, output)
    return 0


def _print(session: WorkingSession, role_arn: str | None, output: Output) -> None:
    identity, expires_at = session.identity, session.credentials.expires_at
    fields = {
        "email": identity.email,
        "domain": identity.domain,
        "role_arn": role_arn,
        "session_expires_at": timestamp(expires_at) if expires_at else None,
    }
    parts = [
        identity.label,
        f"role {role_arn}" if role_arn else "",
        f"session until {expires_at.astimezone():%Y-%m-%d %H:%M}" if expires_at else "",
    ]
    output.event("whoami", fields, ", ".join(part for part in parts if part))
