"""Many S3 requests at once: bounded, retried, slowed down when the storage asks for it, cancellable."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

from app.aws.bandwidth import Limits
from app.aws.congestion import Congestion
from app.aws.flight import Failure, Flight
from app.aws.messages import Answer, Request
from app.aws.retries import Retries
from app.aws.wire import Wire
from app.core.errors import CancelledError
from app.core.job import CancelToken
from app.core.ports.session import Renewal

__all__ = ["Failure", "Pipeline"]

T = TypeVar("T")


class Pipeline:
    """Sends the requests of bulk calls.

    Args:
        wire: sends single requests.
        renewal: keeps the credentials good.
        retries: when what failed is sent again.
        limits: how many bytes a second all runs together move.
    """

    def __init__(
        self, wire: Wire, renewal: Renewal, retries: Retries | None = None, limits: Limits | None = None
    ) -> None:
        self._wire = wire
        self._renewal = renewal
        self._congestion = Congestion()
        self._retries = retries or Retries()
        self.limits = limits or Limits()

    def run(
        self,
        items: Iterable[T],
        build: Callable[[T], Request],
        cancel: CancelToken,
        *,
        in_order: bool = False,
        drains: bool = False,
        weigh: Callable[[T], int] = lambda item: 0,
        meanwhile: Callable[[], None] | None = None,
    ) -> Generator[tuple[T, Answer | Failure], None, None]:
        """Send a request for each item and yield what became of it.

        Args:
            items: taken one at a time, when there is room for another request.
            build: makes the request of an item.
            cancel: ends it.
            in_order: yield in the order of `items` instead of as answers come.
            drains: for writes: when cancelled, when `items` raises or when the storage can't be reached, take no
                more items, wait briefly for those under way and yield what became of them.
            weigh: bytes that an item keeps in memory while it is under way.
            meanwhile: called every half second or so, also when no answer comes.

        Raises:
            CancelledError: when cancelled, unless it `drains`.
            OutageError: the storage can't be reached, after all tries.
            SignInError: the session has ended and can't be renewed.
            BaseException: from `items` or `build`.
        """
        flight: Flight[T] = Flight(
            self._wire,
            self._renewal,
            self._congestion,
            self._retries,
            self.limits,
            cancel,
            in_order,
            drains,
            meanwhile,
        )
        try:
            yield from flight.run(iter(items), build, weigh)
        finally:
            flight.leave()

    def one(self, request: Request, cancel: CancelToken | None = None) -> Answer:
        """Send one request and return its answer.

        Raises:
            AppError: what came instead.
            CancelledError: when cancelled.
        """
        for _, outcome in self.run([request], lambda item: item, cancel or CancelToken()):
            if isinstance(outcome, Failure):
                raise outcome.error
            return outcome
        raise CancelledError
