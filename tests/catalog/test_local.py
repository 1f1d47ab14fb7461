"""The local index of one person: its file, and what happens when that is damaged."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.entries import Entry
from app.catalog.local import LocalIndex, index_path
from app.catalog.refresh import Rereading
from app.core.errors import LocalFileError
from app.core.objects import StoredObject
from app.core.tags import TagRules
from tests.fakes import MovedClock

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return index_path(tmp_path / "index", "eu-central-1", "files", "1001")


def open_index(path):
    return LocalIndex(path, TagRules(), MovedClock(), Rereading(timedelta(days=30), 0))


@pytest.fixture
def index(path):
    index = open_index(path)
    index.store.put([Entry(StoredObject(f"f{n}", 1, NOON, "e"), {"Tag1": f"v{n}"}, NOON) for n in range(3000)])
    index.store.complete(NOON)
    yield index
    index.close()


def test_server_bucket_and_person_have_a_file_of_their_own(tmp_path):
    paths = {
        index_path(tmp_path, *names) for names in (("a", "b", "c"), ("a", "bc", ""), ("a", "b", "d"), ("x", "b", "c"))
    }
    assert len(paths) == 4


def test_it_is_there_again_at_the_next_start(index, path):
    index.close()
    again = open_index(path)
    assert (again.state().completed_at, again.state().objects, again.was_rebuilt) == (NOON, 3000, False)
    again.close()


def test_what_is_no_index_is_built_anew_and_told(path, caplog):
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    index = open_index(path)
    assert (index.was_rebuilt, index.state().completed_at, index.state().objects) == (True, None, 0)
    assert "The index can’t be read and is built anew" in caplog.text
    index.close()


def test_damage_that_a_check_finds_has_it_built_anew_at_the_next_start(index, path, caplog):
    assert index.check()
    index.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    damaged = open_index(path)
    assert not damaged.check()
    damaged.close()
    again = open_index(path)
    assert (again.was_rebuilt, again.state().objects) == (True, 0)
    again.close()
    last = open_index(path)
    assert not last.was_rebuilt
    last.close()


def test_a_cleared_index_knows_nothing_until_it_is_refreshed(index):
    index.clear()
    assert (index.state().completed_at, index.state().objects) == (None, 0)


def test_a_deleted_index_leaves_no_file(index, path):
    index.delete()
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_cant_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LocalFileError) as caught:
        open_index(tmp_path / "file" / "index.sqlite")
    assert caught.value.target == str(tmp_path / "file" / "index.sqlite")


def test_a_file_that_fails_while_it_is_used_is_said_with_what_follows_from_it(index, path):
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE objects")
    other.close()
    with pytest.raises(LocalFileError) as caught:
        index.state()
    assert str(caught.value) == (
        f"{path}: The list of files on this computer can’t be used. "
        "Searches ask the storage itself, which takes longer. The computer says: no such table: objects."
    )
