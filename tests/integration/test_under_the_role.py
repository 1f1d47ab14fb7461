"""All that the program does, under the session of somebody who signed in: the role is enough for it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from app.aws.capabilities import ProbePlace
from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder
from app.aws.sts import WebIdentityRole
from app.catalog.local import LocalIndex
from app.catalog.refresh import Rereading
from app.core.capabilities import EVERYTHING
from app.core.conflicts import Choice
from app.core.errors import RefusalError
from app.core.identity import Account, IdToken
from app.core.job import CancelToken, Job
from app.core.tag_edits import RetagRequest, TagEdit
from app.core.tags import TagRules
from app.demo.access import ROLE_ARN
from app.demo.server import REGION
from app.journal.file import JournalFile
from app.journal.retags import Retags
from app.services.fetch import fetch
from app.services.retag import retag
from app.services.stage import delete_staged, list_staged
from app.services.sweep import sweep
from tests.desktop import MARIA, Desktop, claims_of
from tests.fakes import Decides, MovedClock, NoRenewal
from tests.integration.finding import contents_of, find, put_all, request_to_fetch
from tests.integration.uploading import body, open_uploads, request_for, run, write
from tests.server import keys_in, tags_of

MIB = 1024**2


@pytest.fixture
def maria(s3_server):
    """Her ID token, of which only what the role needs is filled in."""
    text = Desktop(s3_server.provider).sign_in(MARIA)["id_token"]
    claims = claims_of(text)
    account = Account(claims["iss"], claims["sub"], claims["email"], claims["hd"])
    return IdToken(text, account, MovedClock().now())


@pytest.fixture
def server(s3_server, maria, buckets):
    """The server, as she reaches it."""
    holder = CredentialsHolder(WebIdentityRole(ROLE_ARN, REGION, s3_server.endpoint_url).assume(maria))
    probing = ProbePlace(buckets.staging, maria.account.subject)
    return Server(REGION, s3_server.endpoint_url, holder, NoRenewal(), probing)


@pytest.fixture
def office(server, buckets):
    """The storage and the staging bucket, as she reaches them; the larger files are copied in parts."""
    return server.bucket(buckets.storage), server.bucket(buckets.staging, largest_copy_bytes=6 * MIB)


def test_what_the_server_can_do_is_found_out(server, boto, buckets):
    assert server._capabilities(CancelToken()) == EVERYTHING
    assert keys_in(boto, buckets.staging) == []


def test_files_of_any_size_are_uploaded_and_found(office, files, boto):
    storage, _ = office
    large = random.Random(1).randbytes(20 * MIB)
    write(files, {"small.txt": b"small", "large.bin": large})
    report, told = run(request_for([files / "small.txt", files / "large.bin"], "Offer"), storage)
    assert report.failures == ()
    assert len(told) == 2
    assert body(boto, storage.bucket, "large.bin") == large
    assert open_uploads(boto, storage.bucket) == []
    found, matches, _ = find(storage, "offer")
    assert set(matches) == {"small.txt", "large.bin"}
    assert found.unreadable == 0


def test_a_stored_file_is_replaced_where_the_person_says_so(office, files, boto):
    storage, _ = office
    run(request_for([write(files, {"a.txt": b"old"}) / "a.txt"]), storage)
    report, _ = run(request_for([write(files, {"a.txt": b"new"}) / "a.txt"]), storage, Decides(Choice.REPLACE))
    assert report.failures == ()
    assert body(boto, storage.bucket, "a.txt") == b"new"


def test_tags_are_changed(office, files, boto, tmp_path):
    storage, _ = office
    run(request_for([write(files, {"a.txt": b"a"}) / "a.txt"], "Draft"), storage)
    _, matches, _ = find(storage, "draft")
    journal = JournalFile(tmp_path / "journal.sqlite")
    request = RetagRequest(tuple(matches.values()), (TagEdit("Draft", "Final"),), TagRules())
    report = retag(request, storage, Retags(journal, "files", MovedClock()), Job())
    journal.close()
    assert (report.retagged, report.failures) == (1, ())
    assert tags_of(boto, storage.bucket, "a.txt") == {"Tag1": "Final", "Tag2": "Tag-value"}


def test_files_are_taken_away_and_their_temporary_copies_deleted(office, maria, files, boto, tmp_path):
    storage, staging = office
    contents = {"plan.pdf": b"plan", "film.mp4": random.Random(2).randbytes(20 * MIB)}
    run(request_for([write(files, contents) / name for name in contents], "Site"), storage)
    request = replace(request_to_fetch(storage, tmp_path / "site.zip", "Site"), user_id=maria.account.subject)
    report = fetch(request, storage, staging, MovedClock(), Job())
    assert contents_of(tmp_path / "site.zip") == contents
    assert report.staged_prefix.startswith(f"{maria.account.subject}/")
    assert tags_of(boto, staging.bucket, f"{report.staged_prefix}files/plan.pdf")["Tag1"] == "Site"
    (staged,) = list_staged(maria.account.subject, staging, Job())
    assert staged.files == 2
    delete_staged(staged.id, maria.account.subject, staging, Job())
    assert keys_in(boto, staging.bucket) == []


def test_old_temporary_copies_are_swept(office, maria, files, boto, tmp_path):
    storage, staging = office
    run(request_for([write(files, {"plan.pdf": b"plan"}) / "plan.pdf"], "Site"), storage)
    request = replace(request_to_fetch(storage, tmp_path / "site.zip", "Site"), user_id=maria.account.subject)
    fetch(request, storage, staging, MovedClock(), Job())
    assert sweep(staging, MovedClock(25), Job(), maria.account.subject).removed == 1
    assert keys_in(boto, staging.bucket) == []


def test_people_start_from_the_published_catalogue_and_cant_publish_one(office, storage, boto, tmp_path):
    put_all(boto, storage.bucket, {f"f{n}": (b"x", {"Tag1": "a"}) for n in range(20)})
    server_room, desktop = (
        LocalIndex(tmp_path / name, TagRules(), MovedClock(), Rereading(timedelta(days=30), 0))
        for name in ("it", "desk")
    )
    server_room.refresh(storage, Job())
    server_room.publish(storage, Job())
    before = keys_in(boto, storage.bucket)
    report = desktop.refresh(office[0], Job())
    assert (report.objects, report.read, report.started_from_published) == (20, 0, True)
    with pytest.raises(RefusalError):
        desktop.publish(office[0], Job())
    assert keys_in(boto, storage.bucket) == before
    server_room.close()
    desktop.close()
