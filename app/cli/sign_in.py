"""`tagdrop sign-in`: with the organisation's account, in the browser."""

from __future__ import annotations

from argparse import ArgumentParser

from app.cli.context import Context
from app.cli.output import Output, timestamp


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--no-browser", action="store_true", help="print the address to open instead of opening it")


def run(context: Context) -> int:
    """Let the person sign in, and find out whether the storage lets them in too.

    Raises:
        SignInError: as `SignIn.sign_in`; before the browser opens where no keyring would keep the sign-in.
    """
    sign_in, output = context.sign_in, context.output
    if sign_in.keeping_problem is not None:
        raise sign_in.keeping_problem  # it would end with this command
    opens_browser = not (context.arguments.no_browser or output.is_json)
    account = sign_in.sign_in(
        lambda url, is_open: _tell_address(url, is_open, output), context.cancel, opens_browser=opens_browser
    )
    expires_at = context.services.session.credentials.expires_at
    output.event(
        "signed-in",
        {
            "email": account.email,
            "domain": account.domain,
            "expires_at": timestamp(expires_at) if expires_at else None,
        },
        f"Signed in as {account.email}",
    )
    return 0


def _tell_address(url: str, is_open: bool, output: Output) -> None:
    if is_open:
        output.warn("Continue in your browser, and come back here afterwards.")
    else:
        output.warn("Open this address in a browser on this computer, and come back here afterwards:")
        output.event("open", {"url": url}, url)
    output.flush()
