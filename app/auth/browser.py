"""Lets a person sign in in the browser."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from app.auth.admission import NOT_LET_IN, Admission
from app.auth.authorization import Authorization
from app.auth.loopback import LoopbackServer
from app.auth.page import final_page
from app.auth.provider import Provider
from app.auth.tokens import Tokens, not_given
from app.auth.waiting import begin, unless_cancelled, wait_for
from app.core.errors import AppError, CancelledError, SignInError
from app.core.identity import IdToken
from app.core.job import CancelToken

_BROWSER_SECONDS = 5.0


class BrowserVisit:
    """One sign-in, from the page at the provider to the one that says how it ended.

    Args:
        provider: signs the person in.
        admission: decides who is let in.
        cancel: ends it.
        time_limit_seconds: how long the person has.
    """

    def __init__(
        self, provider: Provider, admission: Admission, cancel: CancelToken, time_limit_seconds: float
    ) -> None:
        self._provider = provider
        self._admission = admission
        self._cancel = cancel
        self._time_limit_seconds = time_limit_seconds

    def tokens(
        self,
        hints: Mapping[str, str],
        opened: Callable[[str, bool], None],
        open_browser: Callable[[str], bool],
        *,
        uses_other_account: bool,
    ) -> tuple[IdToken, str]:
        """Return the checked ID token and the refresh token of who signed in; the browser is told the same.

        Args:
            hints: for the provider's page.
            opened: as in `SignIn.sign_in`.
            open_browser: opens the page and says whether there was a browser to do so.
            uses_other_account: as in `SignIn.sign_in`.

        Raises:
            SignInError: as `SignIn.sign_in`; what the provider gave a stranger is taken back.
            OutageError: the provider can't be reached.
            CancelledError: when cancelled.
        """
        state = secrets.token_urlsafe()
        with LoopbackServer(state, self._provider.issuer) as server:
            authorization = unless_cancelled(
                lambda: self._provider.authorization(
                    server.redirect_uri, state, hints, uses_other_account=uses_other_account
                ),
                self._cancel,
            )
            tokens = Tokens()
            try:
                self._open(authorization.url, server, opened, open_browser)
                tokens = self._redeemed(authorization, server)
                token = unless_cancelled(lambda: self._checked(tokens, authorization.nonce), self._cancel)
            except (AppError, CancelledError) as error:
                server.answer(self._sad_page(error))
                if _is_of_stranger(error):
                    self._provider.give_back(tokens)
                raise
            server.answer(self._happy_page(token))
            return token, tokens.refresh_token

    def _open(
        self,
        url: str,
        server: LoopbackServer,
        opened: Callable[[str, bool], None],
        open_browser: Callable[[str], bool],
    ) -> None:
        opening = begin(lambda: open_browser(url))
        wait_for(self._cancel, _BROWSER_SECONDS, opening, server.redirect)
        opened(url, _has_opened(opening))

    def _redeemed(self, authorization: Authorization, server: LoopbackServer) -> Tokens:
        redirect = server.wait(self._cancel, self._time_limit_seconds)
        if redirect.error:
            raise not_given(redirect.error)
        return unless_cancelled(lambda: authorization.redeem(redirect.code), self._cancel)

    def _checked(self, tokens: Tokens, nonce: str) -> IdToken:
        token = self._admission.admit(self._provider, tokens, nonce)
        if not tokens.refresh_token:
            raise SignInError(
                "sign-in-failed",
                "Sign-in didn’t work",
                "The sign-in provider lets Tagdrop in for a moment only. "
                "Ask your IT team to allow it offline access (refresh tokens).",
            )
        return token

    def _happy_page(self, token: IdToken) -> bytes:
        text = f"{token.account.email} can use Tagdrop now."
        return final_page(self._admission.name, "You’re signed in", text, "Close this page and go back to Tagdrop.")

    def _sad_page(self, error: AppError | CancelledError) -> bytes:
        if isinstance(error, CancelledError):
            return final_page(
                self._admission.name, "Sign-in was cancelled", "Nobody was signed in.", "Close this page."
            )
        way_back = "Go back to Tagdrop to try again."
        if _is_of_stranger(error):
            way_back = "Go back to Tagdrop to use another account."
        return final_page(self._admission.name, error.title, error.detail, way_back)


def _is_of_stranger(error: AppError | CancelledError) -> bool:
    return isinstance(error, AppError) and error.code in NOT_LET_IN


def _has_opened(opening: Future[bool]) -> bool:
    if not opening.done():
        return True  # a browser in the terminal, or a slow one
    return opening.exception() is None and opening.result()
