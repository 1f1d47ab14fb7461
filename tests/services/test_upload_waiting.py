"""What is special about an upload that waits: it may have parts in the storage, and tags that can't be stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.core.errors import InputError
from app.core.events import SourceFile
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.services.upload_waiting import waiting_upload
from tests.fakes import Listener
from tests.services.journals import runs

FILE = UploadFile(SourceFile(Path("/in/a.pdf"), ("a.pdf",), "a.pdf", 10, 5), ("Lot 1",))
REQUEST = UploadRequest((FILE,), (), "", TagRules(), "maria@example.com", True)


class Storage:
    """Frees parts."""

    def __init__(self):
        self.freed = []

    def abort_upload(self, key, upload_id):
        self.freed.append((key, upload_id))


@pytest.mark.parametrize("is_noted", [True, False])
def test_parts_of_what_is_cancelled_while_it_waits_are_freed(work, work_path, is_noted):
    record = work.uploads.begin(REQUEST, [1])
    record.begun(0, "upload-1")
    record.leave()
    storage = Storage()
    waiting = waiting_upload(work.uploads.read(record.run_id), work.uploads, storage)
    if is_noted:
        waiting.note()
    waiting.forget(Listener().job)
    assert (storage.freed, runs(work_path)) == ([("a.pdf", "upload-1")], 0)


def test_a_tag_that_cant_be_stored_is_not_noted(work, work_path):
    too_many = replace(REQUEST, files=(replace(FILE, values=tuple("ABCDEFGH")),))
    waiting = waiting_upload(too_many, work.uploads, None)
    with pytest.raises(InputError):
        waiting.note()
    assert runs(work_path) == 0
