"""Credentials for whoever is signed in."""

from __future__ import annotations

from app.core.errors import SignInError
from app.core.identity import Account, Credentials, Identity, IdToken
from app.core.ports.session import RoleAssumer, SignIn


class SignedIn:
    """An `IdentitySource` that buys credentials with the ID token of the account that was signed in first.

    Whoever signs in later doesn't go on with that one's work.

    Args:
        sign_in: yields ID tokens.
        role: takes them.
    """

    def __init__(self, sign_in: SignIn, role: RoleAssumer) -> None:
        self._sign_in = sign_in
        self._role = role
        self._first: Account | None = None

    def credentials(self) -> Credentials:
        """Return the credentials of a new session.

        Raises:
            SignInError: `other-account`, somebody else is signed in now (target: the email address).
            AppError: as `SignIn.id_token` and `RoleAssumer.assume`.
        """
        return self._role.assume(self._token())

    def long_credentials(self, seconds: int) -> Credentials:
        """Return the credentials of a session of its own that lasts as long, as far as the role allows.

        Raises:
            SignInError: as `credentials`.
            AppError: as `credentials`.
        """
        return self._role.assume_longest(self._token(), seconds)

    def _token(self) -> IdToken:
        token = self._sign_in.id_token()
        self._first = self._first or token.account
        if token.account.subject != self._first.subject:
            raise SignInError(
                "other-account",
                "Somebody else is signed in now",
                f"This work was begun by {self._first.email}. Begin it again, or sign in with that account.",
                token.account.email,
            )
        return token

    def identity(self) -> Identity:
        """Return who was signed in first.

        Raises:
            SignInError: `signed-out`.
        """
        account = self._first or self._sign_in.account
        if account is None:
            raise SignInError("signed-out", "Nobody is signed in", "Sign in first.")
        return Identity(account.subject, account.email, account.email, account.domain)
