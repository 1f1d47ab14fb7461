"""Putting a finished ZIP in its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.errors import LocalFileError
from app.core.job import Job
from app.services.zip_part.check import Wanted
from app.services.zip_part.file import part_file

TAKEN_AWAY = {"deleted": lambda part: part.unlink(), "replaced": lambda part: replace(part, b"anything")}


def replace(part, content):
    part.with_name("other").write_bytes(content)
    part.with_name("other").replace(part)


def save(output, force=False, meanwhile=lambda part: None):
    with part_file(output, Wanted("Lot 1", "1001", ()), Job()) as part:
        part.stream.write(b"a ZIP that was read back")
        meanwhile(output.with_name("x.zip.part"))
        part.finish(output, force, "")


@pytest.fixture
def output(tmp_path):
    return tmp_path / "x.zip"


@pytest.mark.skipif(os.name == "nt", reason="Windows lets nobody take away what is open")
@pytest.mark.parametrize("take_away", TAKEN_AWAY.values(), ids=TAKEN_AWAY)
@pytest.mark.parametrize("force", [False, True])
def test_what_was_taken_away_while_it_was_written_is_said_and_nothing_else_becomes_the_zip(output, take_away, force):
    with pytest.raises(LocalFileError) as caught:
        save(output, force, take_away)
    assert str(caught.value) == (
        f"{output}: The ZIP was taken away while it was written. Something deleted or replaced “x.zip.part”. Try again."
    )
    assert not output.exists()


def test_on_a_disk_without_links_no_empty_zip_stays_where_it_cant_be_put_in_place(output, monkeypatch):
    def refuse(*args):
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(LocalFileError):
        save(output)
    assert list(output.parent.iterdir()) == []
