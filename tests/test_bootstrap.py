"""What is put together, and what is left when a person signs out."""

from __future__ import annotations

import json

import pytest

from app.bootstrap import connect, forget_person
from app.core.downloads import ArchiveFetch
from app.core.tag_edits import RetagRequest, TagsChange
from app.services.downloading import wanted_by
from app.services.zip_part.place import journal_path, part_path
from app.settings.sources import load
from tests.integration.uploading import open_uploads, request_for
from tests.server import write_config


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """This person's data folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "tagdrop"


@pytest.fixture
def services(tmp_path, folder, s3_server, buckets, aws_environment):
    """What somebody works with, after they have changed the tags of a file."""
    services = connect(load(write_config(tmp_path, s3_server, buckets)))
    record = services.journal.retags.begin(RetagRequest((), (), services.settings.tag_rules))
    record.planned([TagsChange("secret name", {}, {"Tag1": "A"})])
    record.finish()
    assert {path.parent.name for path in folder.rglob("*.sqlite")} == {"index", "journal"}
    return services


@pytest.fixture
def interrupted(services, boto, buckets, tmp_path):
    """Let an upload be interrupted that had begun a large file."""
    (tmp_path / "film.mp4").write_bytes(b"film")
    record = services.journal.uploads.begin(request_for([tmp_path / "film.mp4"]), [1])
    begun = boto.create_multipart_upload(Bucket=buckets.storage, Key="film.mp4")
    record.begun(0, begun["UploadId"])
    record.leave()
    assert len(open_uploads(boto, buckets.storage)) == 1


@pytest.fixture
def downloads(services, tmp_path):
    """A folder where a download was interrupted."""
    output = tmp_path / "Downloads" / "Invoices.zip"
    output.parent.mkdir()
    request = ArchiveFetch("shared/1001/x/Invoices.zip", output, False, True, 100)
    services.journal.downloads.begin(request).leave()
    part_path(output).write_bytes(b"half of it")
    journal_path(part_path(output)).write_text(json.dumps(wanted_by(request).header()) + "\n")
    return output.parent


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_who_signs_out_leaves_neither_the_index_nor_what_was_retagged(services, folder):
    services.forget()
    assert files_in(folder) == []


def test_parts_that_only_the_journal_remembers_are_freed_before_it_goes(interrupted, services, folder, boto, buckets):
    services.forget()
    assert open_uploads(boto, buckets.storage) == []
    assert files_in(folder) == []


def test_they_are_freed_also_by_who_has_not_connected(interrupted, services, folder, boto, buckets):
    services.close()
    forget_person(services.settings, services.identity.user_id)
    assert open_uploads(boto, buckets.storage) == []
    assert files_in(folder) == []


def test_who_signs_out_leaves_no_part_of_a_download(downloads, services, folder):
    assert services.forget() == ()
    assert files_in(downloads) == files_in(folder) == []


def test_nor_does_who_has_not_connected(downloads, services, folder):
    services.close()
    assert forget_person(services.settings, services.identity.user_id) == ()
    assert files_in(downloads) == files_in(folder) == []


@pytest.mark.parametrize("is_connected", [True, False])
def test_a_part_that_stays_is_told_and_in_nobodys_way(downloads, services, folder, is_connected):
    downloads.rename(downloads.with_name("away"))
    if is_connected:
        (error,) = services.forget()
    else:
        services.close()
        (error,) = forget_person(services.settings, services.identity.user_id)
    assert (error.code, error.target) == ("part-left", str(downloads / "Invoices.zip.part"))
    assert files_in(folder) == []


def test_a_storage_that_refuses_is_in_nobodys_way(interrupted, services, folder, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another one")
    services.close()
    forget_person(services.settings, services.identity.user_id)
    assert files_in(folder) == []


def test_what_is_kept_of_a_person_is_deleted_without_connecting_and_nothing_of_others(services, folder):
    services.close()
    forget_person(services.settings, "somebody else")
    assert len(files_in(folder)) >= 2
    forget_person(services.settings, services.identity.user_id)
    assert files_in(folder) == []
