"""Signs in with the organisation's Google account, and stays signed in."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from datetime import timedelta

from app.auth.admission import NOT_LET_IN, Admission
from app.auth.client import Client
from app.auth.keeper import Keeper
from app.auth.kept import KeptSignIn
from app.auth.provider import Provider
from app.auth.tokens import Tokens, ended
from app.auth.waiting import SharedCall
from app.core.errors import AppError, SignInError
from app.core.identity import Account, IdToken
from app.core.job import CancelToken
from app.core.ports.clock import Clock
from app.core.ports.session import SecretStore

TIME_LIMIT_SECONDS = 300.0
"""How long a person has to sign in."""

_ENOUGH_LIFE = timedelta(minutes=5)
_OTHER_ACCOUNT = "other-account"


class GoogleSignIn:
    """See `SignIn`; works with any OpenID provider that tells the organisation in claim `hd`.

    Args:
        client: whom to ask, and in whose name.
        admission: decides who is let in.
        store: keeps the sign-in.
        clock: tells whether tokens are valid.
        open_browser: opens a page and says whether there was a browser to do so.
        time_limit_seconds: how long a person has to sign in.
    """

    def __init__(
        self,
        client: Client,
        admission: Admission,
        store: SecretStore,
        clock: Clock,
        *,
        open_browser: Callable[[str], bool] = webbrowser.open,
        time_limit_seconds: float = TIME_LIMIT_SECONDS,
    ) -> None:
        self._provider = Provider(client, clock)
        self._admission = admission
        self._keeper = Keeper(store, client.issuer)
        self._clock = clock
        self._open_browser = open_browser
        self._time_limit_seconds = time_limit_seconds
        self._renewal = SharedCall(self._new_token)

    def __repr__(self) -> str:
        return f"GoogleSignIn({self._provider!r})"

    @property
    def account(self) -> Account | None:
        """See `SignIn.account`."""
        kept = self._keeper.state.kept
        return kept.account if kept else None

    @property
    def keeping_problem(self) -> SignInError | None:
        """See `SignIn.keeping_problem`."""
        return self._keeper.problem

    def sign_in(
        self,
        opened: Callable[[str, bool], None],
        cancel: CancelToken,
        *,
        opens_browser: bool = True,
        uses_other_account: bool = False,
    ) -> Account:
        """See `SignIn.sign_in`."""
        from app.auth.browser import BrowserVisit  # brings libraries that only this needs

        visit = BrowserVisit(self._provider, self._admission, cancel, self._time_limit_seconds)
        token, refresh_token = visit.tokens(
            self._hints(uses_other_account),
            opened,
            self._open_browser if opens_browser else _opens_nothing,
            uses_other_account=uses_other_account,
        )
        self._keeper.adopt(KeptSignIn(token.account, refresh_token), token)
        return token.account

    def id_token(self) -> IdToken:
        """See `SignIn.id_token`."""
        _, token = self._signed_in()
        return token or self._renewal.result()

    def sign_out(self, *, everywhere: bool = False) -> None:
        """See `SignIn.sign_out`."""
        kept = self._keeper.drop()
        try:
            if everywhere and kept is not None:
                self._provider.revoke(kept.refresh_token)
        finally:
            self._keeper.erase()

    def _hints(self, uses_other_account: bool) -> dict[str, str]:
        domains, known = self._admission.domains, self.account
        hints = {"hd": domains[0] if len(domains) == 1 else "*"}
        return hints if known is None or uses_other_account else hints | {"login_hint": known.email}

    def _signed_in(self) -> tuple[KeptSignIn, IdToken | None]:
        """Return who is signed in, with an ID token that is good for a while, if there is one."""
        state = self._keeper.state
        if state.kept is None:
            raise SignInError(
                "signed-out", "Nobody is signed in", f"Sign in with an account that ends in {self._admission.endings}."
            )
        token = state.token
        return state.kept, token if token and token.expires_at - self._clock.now() > _ENOUGH_LIFE else None

    def _new_token(self) -> IdToken:
        while True:  # until the token belongs to whoever is signed in when it has come
            kept, token = self._signed_in()
            token = token or self._renewed(kept)
            if token is not None:
                return token

    def _renewed(self, kept: KeptSignIn) -> IdToken | None:
        """Return a new token; None where the sign-in is another one meanwhile."""
        try:
            tokens = self._provider.refresh(kept.refresh_token)
        except SignInError as error:
            if error.code == "sign-in-ended":
                if self._keeper.has_newer(kept):
                    return None
                self._keeper.forget(kept)
            raise
        return self._taken(kept, tokens)

    def _taken(self, kept: KeptSignIn, tokens: Tokens) -> IdToken | None:
        refresh_token = tokens.refresh_token or kept.refresh_token
        try:
            token = self._admitted(kept.account, tokens)
        except AppError as error:
            if error.code in (*NOT_LET_IN, _OTHER_ACCOUNT):
                self._keeper.forget(kept)
                self._provider.give_back(tokens)
                raise ended(error.detail) from None
            self._keeper.replace(kept, KeptSignIn(kept.account, refresh_token))  # the old one may be used up
            raise
        return token if self._keeper.replace(kept, KeptSignIn(token.account, refresh_token), token) else None

    def _admitted(self, account: Account, tokens: Tokens) -> IdToken:
        token = self._admission.admit(self._provider, tokens)
        if token.account.subject != account.subject:
            raise SignInError(_OTHER_ACCOUNT, "Another account", "The sign-in provider answered for another account.")
        return token


def _opens_nothing(url: str) -> bool:
    return False
