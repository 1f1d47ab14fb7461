"""`tagdrop sign-out`: forget the account on this computer."""

from __future__ import annotations

from argparse import ArgumentParser

from app.cli.context import Context
from app.cli.output import error_fields


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--everywhere", action="store_true", help="end Tagdrop’s access to the account on every computer"
    )


def run(context: Context) -> int:
    """Sign out and leave nothing of the person's work behind; doing so twice is no error.

    What interrupted downloads have left and can't be deleted is told, and stops nothing.

    Raises:
        LocalFileError: what this computer keeps of them can't be deleted; the account is forgotten all the same.
        AppError: as `SignIn.sign_out`.
    """
    sign_in = context.sign_in
    account = sign_in.account
    try:
        if account is not None:
            for error in context.forget_person(context.settings, account.subject):
                context.output.event("left", {"error": error_fields(error)})
                context.output.warn(str(error))
    finally:
        sign_in.sign_out(everywhere=context.arguments.everywhere)
    email = account.email if account else None
    text = f"{email} is signed out" if email else "Nobody was signed in"
    context.output.event("signed-out", {"email": email}, text)
    return 0
