"""Who works here, and how the credentials of that person are had and kept good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.core.errors import SignInError
from app.core.identity import Account, Credentials, Identity, IdToken
from app.core.job import CancelToken


class IdentitySource(Protocol):
    """Yields credentials, and says whose they are."""

    def credentials(self) -> Credentials:
        """Return credentials that are good now; may ask the network.

        Raises:
            SignInError: there are none, or they ended and can't be renewed.
        """

    def identity(self) -> Identity:
        """Return whose credentials these are; may ask the network once.

        Raises:
            SignInError: as `credentials`.
        """


class SecretStore(Protocol):
    """Keeps one secret text in the keyring of this computer; asks it once and remembers the answer."""

    def read(self, *, again: bool = False) -> str | None:
        """Return the secret; None where none is kept.

        Args:
            again: ask the keyring once more: another Tagdrop may have kept a new secret meanwhile.

        Raises:
            SignInError: `no-keyring`, `keyring-locked`.
        """

    def write(self, secret: str) -> None:
        """Keep the secret in place of the one before.

        Raises:
            SignInError: `no-keyring`, `keyring-locked`, `secret-too-long`.
        """

    def delete(self) -> None:
        """Forget the secret; nothing happens where none is kept.

        Raises:
            SignInError: `no-keyring`, `keyring-locked`.
        """


class SignIn(Protocol):
    """Signs a person in with the organisation's account and yields ID tokens from then on. Used by any thread."""

    @property
    def account(self) -> Account | None:
        """Who is signed in, from the keyring where this program hasn't asked the provider yet; no network."""

    @property
    def keeping_problem(self) -> SignInError | None:
        """Why the sign-in ends with the program: no keyring, or a locked one; None where it is kept."""

    def sign_in(
        self,
        opened: Callable[[str, bool], None],
        cancel: CancelToken,
        *,
        opens_browser: bool = True,
        uses_other_account: bool = False,
    ) -> Account:
        """Let the person sign in in the browser and return who did; blocks until then.

        Args:
            opened: called once with the page's address and whether a browser was told to open it.
            cancel: ends it.
            opens_browser: whether the page is opened here; if not, somebody takes the address elsewhere.
            uses_other_account: let the provider ask which account, also where only one is known.

        Raises:
            SignInError: `personal-account`, `other-organisation` (target: the email address), `sign-in-denied`,
                `sign-in-timeout`, `sign-in-failed`, `clock-off`. Nothing of the refused account is kept.
            OutageError: the provider can't be reached.
            CancelledError: when cancelled.
        """

    def id_token(self) -> IdToken:
        """Return an ID token that is good now, a new one from the provider where needed.

        Raises:
            SignInError: `signed-out` where nobody is signed in, `sign-in-ended` where the provider refuses to go on;
                `clock-off`.
            OutageError: the provider can't be reached.
        """

    def sign_out(self, *, everywhere: bool = False) -> None:
        """Forget the account here; `everywhere` also revokes it at the provider, where it can do that.

        Raises:
            SignInError: the keyring can't be asked; the account is forgotten in this program all the same.
            OutageError: the provider couldn't be reached to revoke it; it is forgotten here all the same.
        """


class RoleAssumer(Protocol):
    """Buys AWS credentials with an ID token."""

    def assume(self, token: IdToken) -> Credentials:
        """Return the credentials of a new session of the role.

        Raises:
            RefusalError: the role doesn't let this account in.
            SignInError: the token isn't accepted (any more).
            OutageError: STS can't be reached.
        """

    def assume_longest(self, token: IdToken, seconds: int) -> Credentials:
        """Return the credentials of a session that lasts as long, or as near to it as the role allows.

        Raises:
            AppError: as `assume`.
        """


class SignInGate(Protocol):
    """Asks the person to sign in again while work waits."""

    def wait(self, reason: SignInError) -> None:
        """Return when the person has signed in again.

        Raises:
            SignInError: nobody is there to ask, or they chose not to.
        """


class Renewal(Protocol):
    """Keeps the credentials that requests are signed with good; called by threads that may wait."""

    def ensure(self, cancel: CancelToken) -> None:
        """Renew credentials that end soon; waits while the person is asked to sign in.

        Raises:
            AppError: they ended and can't be renewed.
            CancelledError: when cancelled meanwhile.
        """

    def renew(self, refused: Credentials, cancel: CancelToken) -> None:
        """Renew the credentials that the storage `refused`, unless that has happened meanwhile.

        Raises:
            AppError: they can't be renewed.
            CancelledError: when cancelled meanwhile.
        """


class WorkingSession(Protocol):
    """The credentials in use and whose they are."""

    @property
    def credentials(self) -> Credentials:
        """As they are now."""

    @property
    def identity(self) -> Identity:
        """Whose they are."""
