"""What is put together, and what is left when a person signs out."""

from __future__ import annotations

import pytest

from app.bootstrap import connect
from app.core.tag_edits import TagsChange
from app.settings.sources import load
from tests.server import write_config


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """This person's data folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "tagdrop"


def test_who_signs_out_leaves_neither_the_index_nor_what_was_retagged(
    tmp_path, folder, s3_server, buckets, aws_environment
):
    services = connect(load(write_config(tmp_path, s3_server, buckets)))
    services.retags.planned(services.retags.begin([], ["Tag1"]), [TagsChange("secret name", {}, {"Tag1": "A"})])
    kept = {path.parent.name for path in folder.rglob("*.sqlite")}
    services.forget()
    assert kept == {"index", "journal"}
    assert [path for path in folder.rglob("*") if path.is_file()] == []
