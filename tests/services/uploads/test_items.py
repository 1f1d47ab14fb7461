"""One file on its way up, and which stored object is taken for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.job import Job
from app.core.objects import ObjectHead, StoredObject
from app.services.uploads.collect import collect
from app.services.uploads.items import Item


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"before")
    return path


@pytest.fixture
def item(path):
    return Item(0, collect([path], Job()).files[0], "a.txt", "a.txt", {}, "ours-0")


def stored_by(put, crc32):
    return ObjectHead(StoredObject("a.txt", len(put.body), datetime.now(UTC), "etag"), put.metadata, crc32)


@pytest.mark.parametrize("has_crc32", [True, False])
def test_what_was_stored_before_the_file_changed_is_not_taken_for_it(item, path, has_crc32):
    put = item.small_put("maria@example.com")
    head = stored_by(put, put.crc32 if has_crc32 else None)
    assert item.is_own(head)
    path.write_bytes(b"after!")
    item.look_again()
    item.small_put("maria@example.com")
    assert item.wrote(head)
    assert not item.is_own(head)
