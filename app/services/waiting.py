"""A run that waits for its turn: in the journal already, so that a power cut doesn't lose it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.core.errors import NothingFoundError
from app.core.job import Job
from app.core.ports.journal import RunRecord


class LeavableRecord(Protocol):
    """What the records of the journal have in common.

    Attributes:
        run_id: names it.
    """

    run_id: int

    def leave(self) -> None:
        """Leave the run open, for somebody to go on with."""


R = TypeVar("R")
C = TypeVar("C", bound=LeavableRecord)


@dataclass(frozen=True, slots=True)
class Begun(Generic[R, C]):
    """A run whose turn has come.

    Attributes:
        request: as it is by now.
        record: of it, in the journal.
        is_taken_up: whether it was interrupted before.
    """

    request: R
    record: C
    is_taken_up: bool


class WaitingRun(Generic[R, C]):
    """A run before its turn. As long as it is noted nobody else goes on with it, in no process.

    Any thread may call it; every call but `again` writes to the disk and may wait for that.

    Args:
        ask: notes it as a new one; returns what is noted and its record.
        take_up: does so with one that is in the journal, given its id.
        give_up: forgets one that was taken up or noted, and what it has left.
        run_id: of one that was interrupted.
    """

    def __init__(
        self,
        ask: Callable[[], tuple[R, C]],
        take_up: Callable[[int], tuple[R, C]],
        give_up: Callable[[R, C, Job], None],
        run_id: int | None = None,
    ) -> None:
        self._ask = ask
        self._take_up = take_up
        self._give_up = give_up
        self._run_id = run_id
        self._lock = threading.Lock()
        self._held: Begun[R, C] | None = None
        self._is_over = False

    def note(self) -> None:
        """Note it, unless its turn has come or it was given up meanwhile.

        Raises:
            InputError: it can't be noted; or `transfer-in-use`, another process goes on with it.
            NothingFoundError: `no-such-transfer`, it was gone on with or discarded meanwhile.
            LocalFileError: the journal can't be written.
        """
        with self._lock:
            if self._held is None and not self._is_over:
                self._held = self._noted()

    def begin(self) -> Begun[R, C]:
        """Return it as it is by now: its turn has come.

        Raises:
            AppError: as `note`.
        """
        with self._lock:
            self._is_over = True
            held, self._held = self._held, None
            return held or self._noted()

    def leave(self) -> None:
        """Leave it for somebody to go on with another time.

        Raises:
            AppError: as `note`.
        """
        with self._lock:
            held, self._held = self._held, None
            if held is None and not self._is_over and self._run_id is None:
                held = self._noted()
            self._is_over = True
            if held is not None:
                held.record.leave()

    def forget(self, job: Job) -> None:
        """Forget it, and free what one that was interrupted before has left.

        Raises:
            AppError: the storage refuses or can't be reached; or as `note`. It stays in the journal.
            CancelledError: when cancelled; it stays too.
        """
        with self._lock:
            held, self._held = self._held, None
            if held is None and not self._is_over and self._run_id is not None:
                held = self._noted()
            self._is_over = True
            if held is not None:
                self._give_up(held.request, held.record, job)

    def again(self) -> WaitingRun[R, C]:
        """Return what does the same once more: goes on where the journal has it still, and else is a new one."""
        return WaitingRun(self._ask, self._take_up, self._give_up, self._run_id)

    def _noted(self) -> Begun[R, C]:
        begun = self._taken_up(self._run_id) if self._run_id is not None else None
        begun = begun or Begun(*self._ask(), is_taken_up=False)
        self._run_id = begun.record.run_id
        return begun

    def _taken_up(self, run_id: int) -> Begun[R, C] | None:
        try:
            return Begun(*self._take_up(run_id), is_taken_up=True)
        except NothingFoundError as error:
            if error.code != "no-such-transfer":
                raise
            return None


WaitingRequest = WaitingRun[R, RunRecord[R]]


def waiting_again(
    run_id: int, take_up: Callable[[int], tuple[R, C]], give_up: Callable[[R, C, Job], None]
) -> WaitingRun[R, C]:
    """Return one that was interrupted and waits to be gone on with; where it is gone, that is said at its turn."""
    return WaitingRun(lambda: take_up(run_id), take_up, give_up, run_id)
