"""Who is signed in on this computer: in memory, and in the keyring as far as there is one."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass

from app.auth.kept import KeptSignIn
from app.core.errors import SignInError
from app.core.identity import IdToken
from app.core.ports.session import SecretStore


@dataclass(frozen=True, slots=True)
class State:
    """Who is signed in, and the last ID token; None where there is none."""

    kept: KeptSignIn | None = None
    token: IdToken | None = None


class Keeper:
    """Holds the state and lets the keyring follow it. Used by any thread.

    Args:
        store: the keyring.
        issuer: address of the sign-in provider.
    """

    def __init__(self, store: SecretStore, issuer: str) -> None:
        self._store = store
        self._issuer = issuer
        self._lock = threading.RLock()  # held while the keyring is asked too, so that it can't lag behind
        self._state: State | None = None
        self._problem: SignInError | None = None

    @property
    def state(self) -> State:
        """Who is signed in; asks the keyring once."""
        if self._state is None:
            with self._lock:
                if self._state is None:
                    self._state = State(self._read())
        return self._state

    @property
    def problem(self) -> SignInError | None:
        """Why the keyring doesn't keep the sign-in; None where it does."""
        return self._problem if self.state else None

    def adopt(self, kept: KeptSignIn, token: IdToken | None) -> None:
        """Take over a sign-in, in place of the one before."""
        with self._lock:
            before, self._state = self.state.kept, State(kept, token)
            if kept == before:
                return
            try:
                self._store.write(kept.to_text())
                self._problem = None
            except SignInError as error:
                self._problem = error
                with suppress(SignInError):
                    self._store.delete()  # else the one before would come back after a restart

    def replace(self, old: KeptSignIn, kept: KeptSignIn, token: IdToken | None = None) -> bool:
        """Take over what `old` was renewed to; tell whether somebody still wanted that."""
        with self._lock:
            if self.state.kept is not old:
                return False
            self.adopt(kept, token)
            return True

    def has_newer(self, old: KeptSignIn) -> bool:
        """Tell whether the sign-in isn't `old` any more, also because another Tagdrop has renewed it."""
        with self._lock:
            if self.state.kept is not old:
                return True
            with suppress(SignInError):
                found = self._parsed(self._store.read(again=True))
                if found and found != old and found.account.subject == old.account.subject:
                    self._state = State(found)
                    return True
            return False

    def forget(self, old: KeptSignIn) -> None:
        """Drop a sign-in that is worth nothing any more; another one stays."""
        with self._lock:
            if self.state.kept is old:
                self._state = State()
                with suppress(SignInError):  # then it was never kept, or stays until the keyring can be asked
                    if self._parsed(self._store.read()) == old:
                        self._store.delete()

    def drop(self) -> KeptSignIn | None:
        """Forget whoever is signed in, and return what is left to be revoked."""
        with self._lock:
            kept, self._state = self.state.kept, State()
            return kept

    def erase(self) -> None:
        """Delete what the keyring keeps.

        Raises:
            SignInError: `keyring-locked`.
        """
        with self._lock:
            try:
                self._store.delete()
            except SignInError as error:
                if error.code != "no-keyring":  # where nothing can be kept, nothing is
                    raise SignInError(
                        error.code, error.title, "It may still hold a sign-in. Unlock it and sign out again."
                    ) from None

    def _read(self) -> KeptSignIn | None:
        try:
            return self._parsed(self._store.read())
        except SignInError as error:
            self._problem = error
            return None

    def _parsed(self, text: str | None) -> KeptSignIn | None:
        return KeptSignIn.from_text(text, self._issuer) if text else None
