"""Walking what was dropped."""

from __future__ import annotations

import os

import pytest

from app.core.errors import CancelledError
from app.core.events import FilesCollected, UploadStatus
from app.core.job import Job
from app.services.uploads.collect import collect
from tests.fakes import Listener, cancel_when


@pytest.fixture
def drop(tmp_path):
    """A dropped folder."""
    folder = tmp_path / "Drop"
    folder.mkdir()
    return folder


def put(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(name))


def keys(*paths):
    return [file.key for file in collect(paths, Job()).files]


def test_a_folder_is_walked_in_the_order_of_names(drop):
    put(drop, "b.txt", "a.txt", "z/1.txt", "c/2.txt", "c/deep/3.txt")
    assert keys(drop) == ["Drop/a.txt", "Drop/b.txt", "Drop/c/2.txt", "Drop/c/deep/3.txt", "Drop/z/1.txt"]


def test_the_key_of_a_single_file_is_its_name(drop):
    put(drop, "c/2.txt")
    assert keys(drop / "c" / "2.txt") == ["2.txt"]


def test_what_is_named_twice_is_taken_once(drop):
    put(drop, "a.txt", "c/2.txt")
    assert keys(drop, drop / "c" / ".." / "a.txt", drop) == ["Drop/a.txt", "Drop/c/2.txt"]


def test_an_empty_folder_holds_nothing(drop):
    collected = collect([drop], Job())
    assert (collected.files, collected.left_out) == ((), ())


def test_a_file_is_told_with_size_and_time(drop):
    put(drop, "a.txt")
    os.utime(drop / "a.txt", ns=(1, 1_700_000_000_123_456_789))
    (file,) = collect([drop], Job()).files
    assert (file.path, file.parts) == (drop / "a.txt", ("Drop", "a.txt"))
    assert (file.size_bytes, file.modified_ns) == (5, 1_700_000_000_123_456_789)


def left_out(*paths):
    return {item.path.name: item for item in collect(paths, Job()).left_out}


def test_scraps_and_what_cant_be_stored_are_left_out_each_with_its_reason(drop, tmp_path):
    put(drop, "Thumbs.db", "plan.gdoc", "a\udcff.txt", "fine.txt")
    found = left_out(drop, tmp_path / "missing")
    statuses = {name: (item.status, item.error.code if item.error else None) for name, item in found.items()}
    assert statuses == {
        "Thumbs.db": (UploadStatus.JUNK, None),
        "plan.gdoc": (UploadStatus.FAILED, "pointer-file"),
        "a\udcff.txt": (UploadStatus.FAILED, "name-not-unicode"),
        "missing": (UploadStatus.FAILED, "file-gone"),
    }


def test_a_link_is_followed_only_to_a_file_of_the_same_drop(drop, tmp_path):
    put(drop, "a.txt", "c/2.txt")
    put(tmp_path, "outside.txt")
    for name, target in {
        "in": "a.txt",
        "out": tmp_path / "outside.txt",
        "folder": "c",
        "circle": "circle",
        "nowhere": "none",
    }.items():
        (drop / name).symlink_to(target)
    assert set(left_out(drop)) == {"out", "folder", "circle", "nowhere"}
    assert all(item.status is UploadStatus.LINK for item in left_out(drop).values())
    assert "Drop/in" in keys(drop)


def test_a_link_that_is_dropped_itself_is_what_it_leads_to(drop, tmp_path):
    put(drop, "a.txt")
    (tmp_path / "link").symlink_to(drop)
    assert keys(tmp_path / "link") == ["link/a.txt"]


def test_a_folder_that_cant_be_read_is_named_and_the_rest_goes_on(drop, monkeypatch):
    put(drop, "a.txt", "locked/b.txt", "z.txt")
    scan = os.scandir

    def refuse(path):
        if os.fspath(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert keys(drop) == ["Drop/a.txt", "Drop/z.txt"]
    assert left_out(drop)["locked"].error.code == "file-forbidden"


def test_what_is_found_is_told_in_batches(drop):
    put(drop, *(f"{number:04}.txt" for number in range(1200)))
    listener = Listener()
    collected = collect([drop], listener.job)
    batches = [news.files for news in listener.of(FilesCollected)]
    assert [len(batch) for batch in batches] == [500, 500, 200]
    assert tuple(file for batch in batches for file in batch) == collected.files


def test_a_walk_can_be_cancelled(drop):
    put(drop, *(f"{number:04}.txt" for number in range(600)))
    listener = cancel_when(lambda event: True)
    with pytest.raises(CancelledError):
        collect([drop], listener.job)
    assert len(listener.events) == 1
