"""What a published catalogue that can't be read means for a computer without an index."""

from __future__ import annotations

import pytest

from app.catalog.starting import Renewed, renew, start
from app.catalog.store import IndexStore
from app.core.errors import OutageError, SignInError
from app.core.job import Job
from app.core.tags import TagRules
from tests.fakes import MovedClock


@pytest.fixture
def store(tmp_path):
    store = IndexStore(tmp_path / "index.sqlite", TagRules())
    yield store
    store.close()


class Fails:
    """A bucket that answers everything with this error."""

    bucket = "files"

    def __init__(self, error):
        self._error = error

    def head_many(self, keys, cancel):
        raise self._error


def test_a_failure_of_the_storage_is_left_to_the_listing_to_tell(store, caplog):
    storage = Fails(OutageError("storage-failed", "The storage had a problem"))
    assert not start(store, storage, MovedClock(), Job())
    assert renew(store, storage, MovedClock(), Job()) == Renewed(is_fresh=False, is_taken=False)
    assert "The published catalogue isn’t used: The storage had a problem" in caplog.text


@pytest.mark.parametrize("use", [start, renew])
def test_a_storage_that_cant_be_reached_is_told_at_once_and_not_of_the_catalogue(use, store):
    with pytest.raises(OutageError) as caught:
        use(store, Fails(OutageError("no-answer", "It didn’t answer", target="latest.json")), MovedClock(), Job())
    assert str(caught.value) == "It didn’t answer"


@pytest.mark.parametrize("use", [start, renew])
def test_a_session_that_has_ended_is_told_at_once(use, store):
    with pytest.raises(SignInError):
        use(store, Fails(SignInError("session-ended", "Your sign-in has ended")), MovedClock(), Job())


def test_a_disk_without_room_for_the_download_is_passed_over(store, caplog):
    assert not start(store, Fails(OSError(28, "No space left on device")), MovedClock(), Job())
    assert "No space left on device" in caplog.text
