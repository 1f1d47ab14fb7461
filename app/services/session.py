"""Keeps the credentials good while work goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from app.core.errors import AppError
from app.core.ports import Clock, Credentials, Identity, IdentitySource

RENEWAL_MARGIN = timedelta(minutes=10)
"""How long before their end credentials are renewed: longer than any single request takes."""

_TRY_EVERY = timedelta(seconds=30)


class Session:
    """The credentials in use and whose they are; renewed by the threads that work, never inside an SDK.

    Args:
        source: yields credentials.
        clock: tells when they end.
        renewed: takes the new ones, for the holder that requests are signed from.
    """

    def __init__(self, source: IdentitySource, clock: Clock, renewed: Callable[[Credentials], None]) -> None:
        self._source = source
        self._clock = clock
        self._renewed = renewed
        self._lock = threading.Lock()
        self._tried_at: datetime | None = None
        self._credentials = source.credentials()
        self.identity: Identity = source.identity()
        renewed(self._credentials)

    @property
    def credentials(self) -> Credentials:
        """The credentials in use."""
        return self._credentials

    def ensure(self) -> None:
        """Renew the credentials if they end soon; parallel callers cause one renewal.

        What can't be renewed yet is used to its end, and tried again every half minute.

        Raises:
            AppError: they ended and can't be renewed.
        """
        if self._is_due():
            with self._lock:
                if self._is_due():
                    self._renew_early()

    def renew(self, refused: Credentials) -> None:
        """Renew the credentials that the storage `refused`, unless another thread has done so meanwhile.

        Raises:
            SignInError: they can't be renewed.
        """
        with self._lock:
            if refused == self._credentials:
                self._renew()

    def _is_due(self) -> bool:
        expires_at, now = self._credentials.expires_at, self._clock.now()
        if expires_at is None or expires_at - now >= RENEWAL_MARGIN:
            return False
        return self._tried_at is None or now >= min(expires_at, self._tried_at + _TRY_EVERY)

    def _renew_early(self) -> None:
        expires_at, self._tried_at = self._credentials.expires_at, self._clock.now()
        try:
            self._renew()
        except AppError:
            if expires_at is None or expires_at <= self._tried_at:
                raise

    def _renew(self) -> None:
        self._credentials = self._source.credentials()
        self._renewed(self._credentials)
