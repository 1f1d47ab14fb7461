"""Keeps the sign-in in the keyring of this computer."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from app.core.errors import SignInError

SERVICE = "Tagdrop"
"""Under which name the keyring shows the entries."""

LIMIT_BYTES = 2560
"""Of a secret in UTF-16: CRED_MAX_CREDENTIAL_BLOB_SIZE of Windows; holds everywhere, so that all systems do alike."""

_KEYRINGS = {
    "darwin": ("macOS.Keyring",),
    "win32": ("Windows.WinVaultKeyring",),
}
_FREE_DESKTOP = ("SecretService.Keyring", "kwallet.DBusKeyring", "kwallet.DBusKeyringKWallet4")

_Answer = TypeVar("_Answer")


class Backend(Protocol):
    """A keyring, as the `keyring` library drives it."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """Return the secret; None where there is none."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep a secret."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Delete a secret; raises where there is none."""


def os_keyring() -> Backend | None:
    """Return the operating system's keyring; None where there is none.

    The library isn't asked for its choice: its configuration and its environment variable may name a backend
    that keeps secrets in a plain file, or nowhere.
    """
    viable: list[tuple[float, type[Backend]]] = []
    for name in _KEYRINGS.get(sys.platform, _FREE_DESKTOP):
        module, _, kind = name.partition(".")
        backend: Any = getattr(import_module(f"keyring.backends.{module}"), kind)
        try:
            viable.append((float(backend.priority), backend))
        except Exception:  # noqa: S112 -- what isn't there says so by any exception, D-Bus by its own
            continue
    return max(viable, key=lambda found: found[0])[1]() if viable else None


def entry_name(issuer: str, domains: Collection[str]) -> str:
    """Return the name of the entry of one sign-in provider and one organisation."""
    address = urlsplit(issuer)
    return " ".join([f"{address.netloc}{address.path.rstrip('/')}", *sorted(domains)])


class KeyringStore:
    """See `SecretStore`; once the keyring has refused it isn't asked again, so that nobody is prompted twice.

    Args:
        issuer: address of the sign-in provider.
        domains: of the organisation.
        find_backend: returns the keyring; called once.
    """

    def __init__(
        self, issuer: str, domains: Collection[str], find_backend: Callable[[], Backend | None] = os_keyring
    ) -> None:
        self._name = entry_name(issuer, domains)
        self._find_backend = find_backend
        self._lock = threading.Lock()
        self._backend: Backend | None = None
        self._refusal: SignInError | None = None
        self._has_read = False
        self._secret: str | None = None

    def __repr__(self) -> str:
        return f"KeyringStore({self._name!r})"

    def read(self, *, again: bool = False) -> str | None:
        """See `SecretStore.read`."""
        with self._lock:
            if again or not self._has_read:
                self._secret = self._ask(lambda keyring: keyring.get_password(SERVICE, self._name))
                self._has_read = True
            elif self._refusal:
                raise self._refusal.with_traceback(None)
            return self._secret

    def write(self, secret: str) -> None:
        """See `SecretStore.write`."""
        size_bytes = len(secret.encode("utf-16-le"))
        if size_bytes > LIMIT_BYTES:
            raise SignInError(
                "secret-too-long",
                "The keyring can’t keep a sign-in as long as this",
                f"It takes {size_bytes:,} bytes, {LIMIT_BYTES:,} are possible. {_UNTIL_CLOSED} Ask your IT team.",
            )
        with self._lock:
            self._ask(lambda keyring: keyring.set_password(SERVICE, self._name, secret))
            self._secret, self._has_read = secret, True

    def delete(self) -> None:
        """See `SecretStore.delete`."""
        with self._lock:
            self._ask(self._delete)
            self._secret, self._has_read = None, True

    def _delete(self, keyring: Backend) -> None:
        from keyring.errors import PasswordDeleteError

        try:
            keyring.delete_password(SERVICE, self._name)
        except PasswordDeleteError:
            # The keyrings say so alike when there is nothing to delete and when they don't delete.
            if keyring.get_password(SERVICE, self._name) is not None:
                raise

    def _ask(self, question: Callable[[Backend], _Answer]) -> _Answer:
        if self._refusal:
            raise self._refusal.with_traceback(None)
        try:
            self._backend = self._backend or self._find_backend()
            if self._backend is not None:
                return question(self._backend)
            self._refusal = _no_keyring()
        except Exception as error:  # each keyring has its own, and none may end the program
            self._refusal = _refused(error)
        self._has_read = True
        raise self._refusal.with_traceback(None)


_UNTIL_CLOSED = "Your sign-in lasts only until Tagdrop is closed."


def _no_keyring() -> SignInError:
    remedy = (
        "Ask your IT team: Tagdrop can’t reach the one that comes with the system."
        if sys.platform in _KEYRINGS
        else "To stay signed in, install one (apt-get install gnome-keyring, or KDE’s KWallet) "
        "and log in to this computer again."
    )
    return SignInError("no-keyring", "This computer has no keyring", f"{_UNTIL_CLOSED} {remedy}")


def _refused(error: Exception) -> SignInError:
    from keyring.errors import InitError, KeyringLocked

    if isinstance(error, KeyringLocked | InitError):
        return SignInError(
            "keyring-locked",
            "The keyring is locked",
            f"{_UNTIL_CLOSED} To stay signed in, unlock it and start Tagdrop again.",
        )
    return SignInError(
        "keyring-locked",
        "The keyring doesn’t let Tagdrop in",
        f"{_UNTIL_CLOSED} Allow Tagdrop to use it and start Tagdrop again ({type(error).__name__}).",
    )
