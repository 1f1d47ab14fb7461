"""Progress of an upload never falls and ends at the whole, whatever happens to its files in whatever order."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from app.core.events import Progressed, SourceFile, UploadStatus
from app.core.tags import TagRules
from app.core.uploads import FileRecord, UploadFile, UploadRequest
from app.services.uploads.items import Item
from app.services.uploads.tally import Tally

MIB = 1024**2

STEPS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20 * MIB), st.booleans(), st.booleans()), max_size=60)
ENDS = st.sampled_from((UploadStatus.UPLOADED, UploadStatus.SKIPPED, UploadStatus.FAILED, UploadStatus.ALREADY_THERE))


def source(number, size):
    path = Path(f"/files/{number}")
    return SourceFile(path, (path.name,), path.name, size, 0)


@given(st.lists(st.integers(0, 40 * MIB), min_size=5, max_size=5), STEPS, ENDS, st.sets(st.integers(0, 4)))
def test_it_never_falls_and_ends_at_the_whole(sizes, steps, end, done_before):
    told = []
    files = tuple(UploadFile(source(number, size), ("Lot 3",)) for number, size in enumerate(sizes))
    before = {place: FileRecord(status=UploadStatus.UPLOADED) for place in done_before}
    request = UploadRequest(files, (), "", TagRules(), "maria", True, before=before)
    tally = Tally(told.append, request, lambda item, status: None)
    items = {
        number: Item(number, file.source, str(number), str(number), {}, f"t-{number}")
        for number, file in enumerate(files)
        if number not in done_before
    }
    for number, sent_bytes, is_changed, is_found in steps:
        item = items.get(number)
        if item is not None:
            if is_changed:  # it began again, and is of another size now
                item.source = source(number, sent_bytes)
            (tally.found if is_found else tally.sent)(item, sent_bytes)
    for item in items.values():
        tally.finish(item, end)
    progress = [event for event in told if isinstance(event, Progressed)]
    amounts = [(event.files, event.size_bytes) for event in progress]
    assert all(
        files <= next_files and size <= next_size for (files, size), (next_files, next_size) in pairwise(amounts)
    )
    assert all(0 <= event.size_bytes <= event.size_bytes_total == sum(sizes) for event in progress)
    assert amounts[-1] == (len(files), sum(sizes))
    moved = [event.size_bytes - event.size_bytes_unmoved for event in progress]
    assert moved[0] == 0
    assert all(bytes_ <= next_bytes for bytes_, next_bytes in pairwise(moved))


def of_one_large_file():
    told = []
    file = source(0, 40 * MIB)
    request = UploadRequest((UploadFile(file, ("Lot 3",)),), (), "", TagRules(), "maria", True)
    return Tally(told.append, request, lambda item, status: None), Item(0, file, "0", "0", {}, "t-0"), told


@pytest.mark.parametrize("status", [UploadStatus.ALREADY_THERE, UploadStatus.SKIPPED, UploadStatus.FAILED])
def test_a_large_file_that_is_not_sent_is_no_speed(status):
    tally, item, told = of_one_large_file()
    tally.sent(item, 8 * MIB)
    tally.finish(item, status)
    assert (told[-1].size_bytes, told[-1].size_bytes_unmoved) == (40 * MIB, 32 * MIB)


def test_what_was_found_shows_and_is_no_speed():
    tally, item, told = of_one_large_file()
    assert tally.found(item, 30 * MIB) == 30 * MIB
    assert tally.sent(item, 10 * MIB) == 40 * MIB
    tally.finish(item, UploadStatus.UPLOADED)
    assert (told[-1].size_bytes, told[-1].size_bytes_unmoved) == (40 * MIB, 30 * MIB)
