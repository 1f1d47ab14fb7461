"""What may stand beside a ZIP where its part goes, and is left alone."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from app.core.errors import OutageError
from app.core.job import Job
from app.core.objects import StoredObject
from app.core.zipformat import STORED, Member
from app.services.zip_part.check import Wanted
from app.services.zip_part.file import part_file
from app.services.zip_part.place import can_go_on, discard_parts

WANTED = Wanted("Lot 1", "1001", (StoredObject("a.txt", 1, datetime(2026, 11, 1, tzinfo=UTC), "etag"),))

OTHERS = {
    "a link": lambda path, target: path.symlink_to(target),
    "a folder": lambda path, target: path.mkdir(),
    "a pipe": lambda path, target: os.mkfifo(path),
}


@pytest.fixture
def output(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "x.zip"


@pytest.fixture(params=OTHERS if hasattr(os, "mkfifo") else ("a folder",))
def put_other(request, tmp_path):
    """Puts something that is no file at a path; a link leads to a file that is nobody's business."""
    return lambda path: OTHERS[request.param](path, tmp_path / "private.txt")


def broken_off(output):
    """Leave what a download leaves that the storage has broken off, with one member in it."""
    with suppress(OutageError), part_file(output, WANTED, Job()) as part:
        part.note(Member("a.txt", WANTED.files[0].last_modified, STORED, 0, 1, 1, 0, False))
        raise OutageError("offline", "No connection")


@pytest.mark.parametrize("has_target", [False, True])
@pytest.mark.parametrize("name", ["x.zip.part", "x.zip.part.json"])
def test_nothing_is_written_through_what_is_no_file(output, put_other, tmp_path, name, has_target):
    broken_off(output)
    path, private = output.with_name(name), tmp_path / "private.txt"
    if has_target:
        path.rename(private)
    path.unlink(missing_ok=True)
    before = private.read_bytes() if has_target else None
    put_other(path)
    assert not can_go_on(output, WANTED)
    with part_file(output, WANTED, Job()) as part:
        part.stream.write(b"new content")
        assert output.with_name("x.zip.2.part").exists()
    assert (private.read_bytes() if private.exists() else None) == before


@pytest.mark.parametrize("name", ["x.zip.part", "x.zip.part.json"])
def test_what_is_no_file_keeps_nobody_from_discarding_the_rest(output, put_other, tmp_path, name):
    broken_off(output)
    output.with_name(name).rename(tmp_path / "private.txt")
    put_other(output.with_name(name))
    broken_off(output)
    assert output.with_name("x.zip.2.part.json").exists()
    discard_parts(output, WANTED)
    assert not output.with_name("x.zip.2.part").exists()
    assert not output.with_name("x.zip.2.part.json").exists()
    assert (tmp_path / "private.txt").exists()
