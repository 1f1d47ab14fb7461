"""Ending multipart uploads that nobody goes on with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.errors import CancelledError, RefusalError
from app.core.job import Job
from app.services.interrupted import give_up_upload
from app.services.sweep_uploads import sweep_uploads
from app.services.upload import resume, upload
from tests import proxy as faults
from tests.fakes import Listener, MovedClock, NeverAsked
from tests.integration.uploading import body, open_uploads, request_for, write

MIB = 1024**2
WEEK = timedelta(days=7)


@pytest.fixture
def film(files):
    return write(files, {"film.mp4": b"film" * (5 * MIB)}) / "film.mp4"


@pytest.fixture
def interrupted(behind, proxy, journal, film):
    """Interrupt the upload of the film behind its first part."""
    second = lambda asked: faults.of_key("film.mp4", faults.puts_part)(asked) and asked.query["partNumber"] != ["1"]  # noqa: E731
    proxy.on(second, faults.hang_up)
    with pytest.raises(Exception, match="No connection"):
        upload(request_for([film]), behind, NeverAsked(), Listener().job, journal)
    proxy.forget()


def test_those_that_are_old_enough_are_ended(storage, journal, boto):
    boto.create_multipart_upload(Bucket=storage.bucket, Key="gone.bin")
    assert sweep_uploads(storage, journal, WEEK, MovedClock(24 * 7 - 1), Job()) == 0
    assert len(open_uploads(boto, storage.bucket)) == 1
    assert sweep_uploads(storage, journal, WEEK, MovedClock(24 * 7 + 1), Job()) == 1
    assert open_uploads(boto, storage.bucket) == []


def test_one_that_can_still_be_gone_on_with_stays_and_goes_on(interrupted, storage, journal, boto, film):
    boto.create_multipart_upload(Bucket=storage.bucket, Key="gone.bin")
    assert sweep_uploads(storage, journal, WEEK, MovedClock(24 * 30), Job()) == 1
    assert [upload["Key"] for upload in open_uploads(boto, storage.bucket)] == ["film.mp4"]
    (run,) = journal.open_transfers()
    resume(run.id, storage, NeverAsked(), Job(), journal)
    assert body(boto, storage.bucket, "film.mp4") == film.read_bytes()
    assert (journal.needed_uploads(), open_uploads(boto, storage.bucket)) == (frozenset(), [])


def test_one_that_was_discarded_is_needed_no_more(interrupted, storage, journal, boto):
    assert len(journal.needed_uploads()) == 1
    (run,) = journal.open_transfers()
    give_up_upload(*journal.take_up(run.id), storage)
    assert (journal.needed_uploads(), open_uploads(boto, storage.bucket)) == (frozenset(), [])


def test_it_goes_on_where_somebody_else_was_quicker(behind, journal, proxy, boto):
    boto.create_multipart_upload(Bucket=behind.bucket, Key="gone.bin")
    proxy.on(lambda asked: asked.method == "DELETE", faults.answer(404, "NoSuchUpload"))
    assert sweep_uploads(behind, journal, WEEK, MovedClock(24 * 8), Job()) == 0


def test_a_refusal_to_list_is_told(behind, journal, proxy):
    proxy.on(lambda asked: "uploads" in asked.query, faults.answer(403, "AccessDenied"))
    with pytest.raises(RefusalError):
        sweep_uploads(behind, journal, WEEK, MovedClock(), Job())


def test_a_cancel_ends_it(storage, journal, boto):
    boto.create_multipart_upload(Bucket=storage.bucket, Key="gone.bin")
    job = Job()
    job.cancel.cancel()
    with pytest.raises(CancelledError):
        sweep_uploads(storage, journal, WEEK, MovedClock(24 * 8), job)
    assert len(open_uploads(boto, storage.bucket)) == 1
