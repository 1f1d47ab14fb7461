"""One run of many requests: what is sent when, what is tried again, and how it ends."""

from __future__ import annotations

import heapq
import itertools
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.aws.bandwidth import Limits
from app.aws.clock_skew import clock_error
from app.aws.congestion import Congestion
from app.aws.errors import (
    CLOCK_OFF_CODE,
    RETRYABLE_CODES,
    THROTTLING_CODES,
    answer_code,
    answer_error,
    body_code,
    is_session_over,
    unanswered_error,
)
from app.aws.messages import Answer, Request
from app.aws.retries import Retries
from app.aws.wire import Handle, Wire
from app.core.errors import AppError, CancelledError, OutageError, SignInError
from app.core.identity import Credentials
from app.core.job import CancelToken
from app.core.ports.session import Renewal

T = TypeVar("T")

_MAX_BYTES = 64 * 1024**2
_DRAIN_SECONDS = 3.0
_END_SECONDS = 2.0
_TICK_SECONDS = 0.5
_TRIES_OF_A_STALL = 3  # each takes a minute in awscrt, where others take no time
# Under status 200 these may bring an error document (API Reference, CopyObject); elsewhere it is somebody's file.
_ERROR_UNDER_200 = {"CopyObject", "UploadPartCopy", "CompleteMultipartUpload"}


@dataclass(frozen=True, slots=True)
class Failure:
    """What came instead of an answer that can be used, after all tries.

    Attributes:
        error: what it means.
        is_answered: whether the storage answered; if not, what was asked for may have been done.
    """

    error: AppError
    is_answered: bool


@dataclass(slots=True)
class _Sent(Generic[T]):
    number: int
    item: T
    request: Request
    weight: int
    tries: int = 0
    signed_with: Credentials | None = None
    has_renewed: bool = False
    handle: Handle | None = None


class Flight(Generic[T]):
    """One run: all of it happens in the thread that iterates, but for the answers' arrival.

    Args:
        wire: sends single requests.
        renewal: keeps the credentials good.
        congestion: how many requests may be under way.
        retries: when what failed is sent again.
        limits: how many bytes a second may be moved.
        cancel: ends it; while its pace is paused nothing is sent.
        in_order: as in `Pipeline.run`, like the next two.
        drains: whether writes that are under way are waited for at the end.
        meanwhile: called now and then.
    """

    def __init__(
        self,
        wire: Wire,
        renewal: Renewal,
        congestion: Congestion,
        retries: Retries,
        limits: Limits,
        cancel: CancelToken,
        in_order: bool,
        drains: bool,
        meanwhile: Callable[[], None] | None,
    ) -> None:
        self._wire = wire
        self._renewal = renewal
        self._congestion = congestion
        self._retries = retries
        self._limits = limits
        self._cancel = cancel
        self._in_order = in_order
        self._drains = drains
        self._meanwhile = meanwhile
        self._tick_at = time.monotonic() + _TICK_SECONDS if meanwhile else None
        self._arrived: queue.SimpleQueue[tuple[_Sent[T], Answer | BaseException] | None] = queue.SimpleQueue()
        self._under_way: dict[int, _Sent[T]] = {}
        self._delayed: list[tuple[float, int, _Sent[T]]] = []
        self._held_up: set[int] = set()  # numbers of those in `_delayed` that go before anything else is taken
        self._held: dict[int, tuple[_Sent[T], Answer | Failure]] = {}
        self._next_number = 0
        self._weight = 0
        self._stopped_by: BaseException | None = None
        self._drain_until: float | None = None
        self._pace = cancel.pace
        self._take_back = (
            cancel.on_cancel(lambda: self._arrived.put(None)),
            self._pace.on_go_on(lambda: self._arrived.put(None)),
        )

    def run(
        self, items: Iterator[T], build: Callable[[T], Request], weigh: Callable[[T], int]
    ) -> Iterator[tuple[T, Answer | Failure]]:
        """Do what `Pipeline.run` promises, but for what `leave` does."""
        numbers = itertools.count()
        is_more = True
        while True:
            self._check_cancelled()
            is_more = is_more and self._drain_until is None
            self._tick()
            while is_more and self._has_room():
                self._tick()
                try:
                    item = next(items)
                    sent = _Sent(next(numbers), item, build(item), weigh(item))
                except StopIteration:
                    is_more = False
                    break
                except BaseException as error:
                    self._stop_with(error)
                    break
                self._weight += sent.weight
                yield from self._send(sent)
                yield from self._take_arrived()
                if self._cancel.is_cancelled or self._drain_until is not None:
                    break
            if not (is_more or self._under_way or self._delayed):
                break
            if self._cancel.is_cancelled and self._drain_until is None:
                continue  # what would end the wait has been taken already
            yield from self._wait()
        if self._stopped_by is not None and not self._cancel.is_cancelled:
            raise self._stopped_by

    def leave(self) -> None:
        """End what is under way; its answers are nobody's any more.

        Writes have ended when this returns, so that who cleans up after them finds what they left.
        """
        for take_back in self._take_back:
            take_back()
        self._limits.leave(self)
        if self._drains:
            self._await_ends(_DRAIN_SECONDS)
        self._abandon()

    def _abandon(self) -> None:
        for sent in self._under_way.values():
            if sent.handle is not None:
                sent.handle.cancel()
        if any(sent.request.method == "PUT" for sent in self._under_way.values()):
            self._await_ends(_END_SECONDS)

    def _await_ends(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._under_way:
            try:
                arrived = self._arrived.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return
            if arrived is not None:
                self._under_way.pop(arrived[0].number, None)

    def _check_cancelled(self) -> None:
        if self._cancel.is_cancelled:
            if not self._drains:
                raise CancelledError
            self._begin_drain()

    def _tick(self) -> None:
        if self._meanwhile is not None and self._tick_at is not None and time.monotonic() >= self._tick_at:
            self._meanwhile()
            self._tick_at = time.monotonic() + _TICK_SECONDS

    def _begin_drain(self) -> None:
        if self._drain_until is None:
            self._drain_until = time.monotonic() + _DRAIN_SECONDS

    def _has_room(self) -> bool:
        if self._pace.is_paused or self._held_up:
            return False
        count = len(self._under_way) + len(self._delayed) + len(self._held)
        return count == 0 or (count < self._congestion.limit and self._weight < _MAX_BYTES)

    def _send(self, sent: _Sent[T]) -> Iterator[tuple[T, Answer | Failure]]:
        """Send a request, or put it off while that is held up; yield its failure where the session has ended."""
        if self._is_held_up(sent):
            return
        try:
            self._renewal.ensure(self._cancel)
        except CancelledError:
            yield from self._leave_unsent(sent)
            return
        except AppError as error:
            self._stop_with(error)
            yield from self._finish(sent, Failure(error, is_answered=sent.tries == 0))
            return
        sent.tries += 1
        sent.signed_with = self._wire.holder.current
        self._under_way[sent.number] = sent
        sent.handle = self._wire.send(sent.request, lambda outcome: self._arrived.put((sent, outcome)))

    def _is_held_up(self, sent: _Sent[T]) -> bool:
        """Tell whether a request is put off: during a pause, or for what those before it have moved."""
        is_paused = self._pace.is_paused
        seconds = 0.0 if is_paused else self._limits.seconds_to_wait(self, sent.request, sent.weight)
        if is_paused or seconds:
            self._held_up.add(sent.number)
            self._put_off(sent, seconds)
            return True
        self._held_up.discard(sent.number)
        return False

    def _take_arrived(self) -> Iterator[tuple[T, Answer | Failure]]:
        """Handle what has arrived without waiting."""
        while not self._arrived.empty():
            arrived = self._arrived.get_nowait()
            if arrived is not None:
                yield from self._handle(*arrived)

    def _wait(self) -> Iterator[tuple[T, Answer | Failure]]:
        """Handle the next arrival, or send again what is due."""
        now = time.monotonic()
        if self._drain_until is not None and (now >= self._drain_until or not self._under_way):
            yield from self._give_up()
            return
        try:
            arrived = self._arrived.get(timeout=self._longest_wait(now))
        except queue.Empty:
            arrived = None
        if arrived is not None:
            yield from self._handle(*arrived)
        while self._is_one_due() and self._drain_until is None:
            yield from self._send(heapq.heappop(self._delayed)[2])

    def _longest_wait(self, now: float) -> float | None:
        """Return for how many seconds there is nothing to do unless something arrives; None for ever."""
        ends = [at - now for at in (self._drain_until, self._tick_at) if at is not None]
        if self._delayed and not self._pace.is_paused:
            ends.append(self._delayed[0][0] - self._pace.now())
        return max(0.0, min(ends)) if ends else None

    def _is_one_due(self) -> bool:
        return bool(self._delayed) and not self._pace.is_paused and self._delayed[0][0] <= self._pace.now()

    def _put_off(self, sent: _Sent[T], seconds: float) -> None:
        heapq.heappush(self._delayed, (self._pace.now() + seconds, sent.number, sent))

    def _give_up(self) -> Iterator[tuple[T, Answer | Failure]]:
        """End a drain: cancel what is still under way and report that nobody knows what became of it."""
        unknown = [*self._under_way.values(), *(sent for _, _, sent in self._delayed)]
        self._abandon()
        self._under_way.clear()
        self._delayed.clear()
        for sent in unknown:
            if sent.tries:
                yield from self._finish(sent, self._unknown(sent))

    def _unknown(self, sent: _Sent[T]) -> Failure:
        error: AppError = OutageError("no-answer", "The storage didn’t answer in time", "Try again.")
        if isinstance(self._stopped_by, AppError):
            error = self._stopped_by
        return Failure(error.about(sent.request.key), is_answered=False)

    def _leave_unsent(self, sent: _Sent[T]) -> Iterator[tuple[T, Answer | Failure]]:
        """Leave a request alone that waited for a session when it was cancelled; what was tried before is told."""
        self._check_cancelled()
        if sent.tries:
            yield from self._finish(sent, self._unknown(sent))
        else:
            self._weight -= sent.weight

    def _handle(self, sent: _Sent[T], outcome: Answer | BaseException) -> Iterator[tuple[T, Answer | Failure]]:
        if self._under_way.pop(sent.number, None) is None:
            return
        sent.handle = None
        code = _error_code(sent.request, outcome)
        if code is not None and not sent.has_renewed and is_session_over(code[0], sent.signed_with):
            yield from self._renew_for(sent, code)
            return
        result = self._judge(sent, outcome, code)
        if result is not None:
            yield from self._finish(sent, result)

    def _renew_for(self, sent: _Sent[T], code: tuple[str, str]) -> Iterator[tuple[T, Answer | Failure]]:
        """Send a request again whose session had ended, under a new one."""
        try:
            if sent.signed_with is not None:
                self._renewal.renew(sent.signed_with, self._cancel)
        except CancelledError:
            yield from self._leave_unsent(sent)
            return
        except AppError as error:
            self._stop_with(error)
            yield from self._finish(sent, Failure(answer_error(*code, _target(sent)), is_answered=True))
            return
        sent.has_renewed = True
        yield from self._send(sent)

    def _finish(self, sent: _Sent[T], result: Answer | Failure) -> Iterator[tuple[T, Answer | Failure]]:
        """Yield a result, or hold it back until those before it have come."""
        if not self._in_order:
            self._weight -= sent.weight
            yield sent.item, result
            return
        self._held[sent.number] = sent, result
        while self._next_number in self._held:
            first, first_result = self._held.pop(self._next_number)
            self._next_number += 1
            self._weight -= first.weight
            yield first.item, first_result

    def _judge(
        self, sent: _Sent[T], outcome: Answer | BaseException, code: tuple[str, str] | None
    ) -> Answer | Failure | None:
        """Return the result of an item, or None where it is tried again."""
        if code is None:
            if isinstance(outcome, BaseException):
                return self._judge_unanswered(sent, unanswered_error(outcome, _target(sent)))
            self._congestion.succeeded()
            self._retries.succeeded()
            return outcome
        if code[0] in THROTTLING_CODES:
            self._congestion.throttled()
        if code[0] in RETRYABLE_CODES and self._try_later(sent):
            return None
        error = answer_error(*code, _target(sent))
        if code[0] == CLOCK_OFF_CODE:
            error = self._clock_error(sent.request.bucket)
        if isinstance(error, SignInError) or code[0] == CLOCK_OFF_CODE:
            self._stop_with(error)
        return Failure(error, is_answered=True)

    def _clock_error(self, bucket: str) -> AppError:
        if isinstance(self._stopped_by, AppError):  # how far it is off was asked for another request
            return self._stopped_by
        return clock_error(self._wire.server_time(bucket))

    def _judge_unanswered(self, sent: _Sent[T], error: AppError) -> Failure | None:
        if error.code == "no-answer":
            sent.tries += _TRIES_OF_A_STALL - 1
        if error.code != "untrusted-connection" and self._try_later(sent):
            return None
        self._stop_with(error)
        return Failure(error, is_answered=False)

    def _stop_with(self, error: BaseException) -> None:
        """Begin to end the run: nothing more can be asked, or every other request would fail in the same way."""
        if isinstance(error, OutageError | SignInError):
            error = type(error)(error.code, error.title, error.detail)  # said of the whole run, not of one file
        self._stopped_by = self._stopped_by or error
        if not self._drains:
            raise self._stopped_by
        self._begin_drain()

    def _try_later(self, sent: _Sent[T]) -> bool:
        due_at = None if self._drain_until is not None else self._retries.due_at(sent.tries)
        if due_at is None:
            return False
        self._put_off(sent, due_at - time.monotonic())
        return True


def _target(sent: _Sent[T]) -> str:
    return sent.request.key or sent.request.bucket


def _error_code(request: Request, outcome: Answer | BaseException) -> tuple[str, str] | None:
    """Return code and message of an error answer, also of one under status 200."""
    if isinstance(outcome, BaseException):
        return answer_code(outcome)
    return body_code(outcome.body) if request.operation in _ERROR_UNDER_200 else None
