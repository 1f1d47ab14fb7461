"""`tagdrop sign-out`: forget the account on this computer."""

from __future__ import annotations

from argparse import ArgumentParser

from app.cli.context import Context


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--everywhere", action="store_true", help="end Tagdrop’s access to the account on every computer"
    )


def run(context: Context) -> int:
    """Sign out; doing so twice is no error.

    Raises:
        AppError: as `SignIn.sign_out`.
    """
    sign_in = context.sign_in
    account = sign_in.account
    sign_in.sign_out(everywhere=context.arguments.everywhere)
    email = account.email if account else None
    text = f"{email} is signed out" if email else "Nobody was signed in"
    context.output.event("signed-out", {"email": email}, text)
    return 0
