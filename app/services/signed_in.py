"""Credentials for whoever is signed in."""

from __future__ import annotations

from app.core.errors import SignInError
from app.core.identity import Credentials, Identity
from app.core.ports import RoleAssumer, SignIn


class SignedIn:
    """An `IdentitySource` that buys credentials with the ID token of the signed-in account.

    Args:
        sign_in: yields ID tokens.
        role: takes them.
    """

    def __init__(self, sign_in: SignIn, role: RoleAssumer) -> None:
        self._sign_in = sign_in
        self._role = role

    def credentials(self) -> Credentials:
        """Return the credentials of a new session.

        Raises:
            AppError: as `SignIn.id_token` and `RoleAssumer.assume`.
        """
        return self._role.assume(self._sign_in.id_token())

    def identity(self) -> Identity:
        """Return who is signed in.

        Raises:
            SignInError: `signed-out`.
        """
        account = self._sign_in.account
        if account is None:
            raise SignInError("signed-out", "Nobody is signed in", "Sign in first.")
        return Identity(account.subject, account.email, account.email, account.domain)
