"""Where a ZIP is packed that is to be sent, and what stays of it."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress

import pytest

from app.core.errors import CancelledError, LocalFileError, OutageError
from app.core.job import Job
from app.services.packing_folder import delete_packing_folder, is_own_folder, packing_folder


@pytest.fixture(autouse=True)
def temp(tmp_path, monkeypatch):
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def pack(error, note, job=None, before=None):
    with suppress(type(error)), packing_folder(before, note, job or Job()) as folder:
        (folder / "x.zip.part").write_bytes(b"half of it")
        raise error


def test_a_folder_that_is_noted_stays_for_the_next_try(temp):
    noted = []
    pack(OutageError("offline", "No connection"), noted.append)
    assert list(temp.iterdir()) == noted
    with packing_folder(noted[0], noted.append, Job()) as folder:
        assert (folder / "x.zip.part").read_bytes() == b"half of it"
    assert (len(noted), list(temp.iterdir())) == (1, [])


@pytest.mark.parametrize("error", [CancelledError(), LocalFileError("disk-full", "No space")], ids=["cancel", "error"])
def test_nothing_stays_of_what_nobody_goes_on_with(temp, error):
    pack(error, lambda folder: None)
    assert list(temp.iterdir()) == []


def test_nothing_stays_of_what_nobody_has_noted(temp):
    pack(OutageError("offline", "No connection"), None)
    assert list(temp.iterdir()) == []


def test_nothing_stays_where_it_can_not_be_noted(temp):
    def refuse(folder):
        raise LocalFileError("disk-full", "No space")

    with pytest.raises(LocalFileError), packing_folder(None, refuse, Job()):
        pytest.fail("nothing may be packed in a folder that nobody would find again")
    assert list(temp.iterdir()) == []


def test_a_stop_for_later_keeps_it(temp):
    job = Job()
    job.cancel.cancel(is_for_later=True)
    pack(CancelledError(), lambda folder: None, job)
    assert len(list(temp.iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="each person has such a folder of their own there")
@pytest.mark.parametrize("kind", ["a link", "open to others", "a file", "nothing"])
def test_what_somebody_else_can_have_put_in_its_place_is_neither_used_nor_deleted(temp, tmp_path, kind):
    name, private = temp / "tagdrop-x", tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "letter.txt").write_text("mine")
    if kind == "a link":
        name.symlink_to(private)
    elif kind == "open to others":
        name.mkdir()
        name.chmod(0o777)
    elif kind == "a file":
        name.write_text("x")
    assert not is_own_folder(name)
    with packing_folder(name, lambda folder: None, Job()) as folder:
        assert folder != name
    delete_packing_folder(name)
    assert (private / "letter.txt").exists()
    assert os.path.lexists(name) == (kind != "nothing")
