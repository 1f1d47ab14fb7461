"""Runs that outlive the program: noted before they begin, left in the journal where they can go on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TypeVar

from app.core.errors import AppError, CancelledError, MissingError, NothingFoundError
from app.core.events import Event, Placing, Progressed, Recorded, Stage
from app.core.job import Job, is_broken_off
from app.core.ports.journal import RunRecord

R = TypeVar("R")

_MOVES = (Stage.PACKING, Stage.DOWNLOADING)


@contextlib.contextmanager
def recorded(record: RunRecord[R], job: Job, *, is_taken_up: bool = False) -> Iterator[Job]:
    """Yield the job for a run that is in the journal until it has come to its end; tells `Recorded`.

    It stays there where the storage, the sign-in or the program broke it off, or it was stopped for later. One that
    failed for another reason is forgotten, as the person is told. If it was taken up it stays even then, until
    somebody discards it, unless what it was about is gone.
    """

    def take(event: Event) -> None:
        if isinstance(event, Progressed) and event.stage in _MOVES:
            record.progressed(event.files, event.size_bytes)
        elif isinstance(event, Placing):
            record.placing(event.output, event.file_id)
        job.events(event)

    is_over = False
    try:
        job.events(Recorded(record.run_id))
        yield Job(job.cancel, take)
        is_over = True
    except CancelledError as error:
        is_over = not is_broken_off(error, job.cancel)
        raise
    except AppError as error:
        is_gone = isinstance(error, NothingFoundError | MissingError)
        is_over = is_gone or not (is_taken_up or is_broken_off(error, job.cancel))
        raise
    finally:
        record.finish() if is_over else record.leave()
