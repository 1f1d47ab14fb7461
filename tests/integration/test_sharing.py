"""A shared ZIP among people who are signed in: who may open it, and how long its public link lives."""

from __future__ import annotations

import io
import json
import random
import urllib.error
import urllib.request
import zipfile
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import ClientError

from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder
from app.aws.signing import Presigner
from app.aws.sts import WebIdentityRole
from app.core.capabilities import EVERYTHING, NOTHING
from app.core.errors import (
    CancelledError,
    InputError,
    IntegrityError,
    LocalFileError,
    MissingError,
    RefusalError,
    SignInError,
)
from app.core.events import PackedHere, Progressed, Stage
from app.core.identity import Account, IdToken
from app.core.job import Job
from app.core.public_links import PublicLink
from app.demo.access import ROLE_ARN
from app.demo.server import REGION
from app.services.cloud_zip import CloudStores, CloudZipRequest
from app.services.fetch_archive import fetch_archive
from app.services.share import CutBy, public_link, share
from app.services.stage import delete_staged, list_staged
from app.services.zip_part.check import Wanted
from app.services.zip_part.place import journal_path, part_path
from tests.desktop import JONAS, MARIA, STRANGER, Desktop, claims_of
from tests.fakes import Listener, MovedClock, NoRenewal, cancel_when
from tests.integration.finding import contents_of, find, put_all
from tests.integration.uploading import open_uploads
from tests.proxy import Reply, answer, flip_byte
from tests.server import assume, client_of, keys_in

MIB = 1024**2
CONTENTS = {f"Site/{number}.mov": random.Random(number).randbytes(11 * MIB) for number in range(2)}
SMALL = {f"Note/{number}.txt": b"text" * number for number in range(30)}


def token_of(server, who):
    text = Desktop(server.provider).sign_in(who)["id_token"]
    claims = claims_of(text)
    return IdToken(text, Account(claims["iss"], claims["sub"], claims["email"], claims["hd"]), MovedClock().now())


def stores_of(s3_server, buckets, token, endpoint_url=None):
    """What somebody reaches under their own session."""
    role = WebIdentityRole(ROLE_ARN, REGION, s3_server.endpoint_url)
    server = Server(
        REGION, endpoint_url or s3_server.endpoint_url, CredentialsHolder(role.assume(token)), NoRenewal(), EVERYTHING
    )
    return CloudStores(
        server.bucket(buckets.storage),
        server.bucket(buckets.staging),
        server.assembler(buckets.staging, buckets.storage),
    )


@pytest.fixture
def maria(s3_server):
    return token_of(s3_server, MARIA)


@pytest.fixture
def stores(s3_server, buckets, maria):
    return stores_of(s3_server, buckets, maria)


@pytest.fixture
def colleague(s3_server, buckets):
    """The staging bucket as Jonas reaches it."""
    return stores_of(s3_server, buckets, token_of(s3_server, JONAS)).staging


def share_all(stores, boto, buckets, maria, contents=CONTENTS, listener=None):
    put_all(boto, buckets.storage, {key: (content, {"Tag1": "Site"}) for key, content in contents.items()})
    _, matches, _ = find(stores.storage, "Site")
    request = CloudZipRequest(tuple(matches[key] for key in sorted(matches)), "Site", maria.account.subject)
    return share(request, stores, MovedClock(), (listener or Listener()).job)


@pytest.fixture
def zipped(stores, boto, buckets, maria):
    return share_all(stores, boto, buckets, maria)


def denied(act):
    with pytest.raises(ClientError) as raised:
        act()
    return raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


class TestAColleague:
    def test_saves_the_zip_under_their_own_sign_in(self, zipped, colleague, tmp_path):
        listener = Listener()
        output = tmp_path / "Site.zip"
        size = fetch_archive(zipped.stored.key, output, colleague, listener.job).zip_bytes
        assert contents_of(output) == CONTENTS
        assert size == output.stat().st_size == zipped.stored.size_bytes
        told = listener.of(Progressed)
        assert [event.size_bytes for event in told] == sorted(event.size_bytes for event in told)
        assert (told[-1].stage, told[-1].files, told[-1].size_bytes) == (Stage.DOWNLOADING, 2, size)
        assert list(tmp_path.iterdir()) == [output]

    def test_learns_how_many_files_are_in_it(self, zipped, colleague, tmp_path):
        report = fetch_archive(zipped.stored.key, tmp_path / "Site.zip", colleague, Job())
        assert (report.files, report.size_bytes, report.zip_bytes) == (2, 22 * MIB, zipped.stored.size_bytes)
        assert report.expires_at > MovedClock(23).now()

    def test_can_neither_write_nor_delete_it(self, zipped, s3_server, buckets, boto):
        token = Desktop(s3_server.provider).sign_in(JONAS)["id_token"]
        client = client_of(s3_server, assume(s3_server, token))
        key = {"Bucket": buckets.staging, "Key": zipped.stored.key}
        assert client.head_object(**key)["ContentLength"] == zipped.stored.size_bytes
        assert denied(lambda: client.put_object(**key, Body=b"other"))
        assert denied(lambda: client.delete_object(**key))
        assert denied(lambda: client.create_multipart_upload(**key))
        assert boto.head_object(**key)["ETag"].strip('"') == zipped.stored.etag

    def test_is_told_that_it_is_gone(self, zipped, stores, colleague, maria, tmp_path):
        (request,) = list_staged(maria.account.subject, stores.staging, Job())
        delete_staged(request.id, maria.account.subject, stores.staging, Job())
        with pytest.raises(MissingError) as raised:
            fetch_archive(zipped.stored.key, tmp_path / "Site.zip", colleague, Job())
        assert str(raised.value) == (
            "Site.zip: This ZIP isn’t there any more. "
            "Shared files are deleted after 24 hours. Search for the files, or ask for a new link."
        )
        assert list(tmp_path.iterdir()) == []

    def test_is_told_so_too_where_the_storage_says_no_to_what_isnt_there(
        self, zipped, s3_server, buckets, proxy, tmp_path
    ):
        behind = stores_of(s3_server, buckets, token_of(s3_server, JONAS), proxy.endpoint_url).staging
        proxy.on(lambda asked: asked.method == "HEAD", answer(403))
        gone = zipped.stored.key.replace("Site.zip", "Other.zip")
        with pytest.raises(MissingError):
            fetch_archive(gone, tmp_path / "Site.zip", behind, Job())
        with pytest.raises(RefusalError):
            fetch_archive(zipped.stored.key, tmp_path / "Site.zip", behind, Job())

    def test_never_gets_a_damaged_zip_for_a_whole_one(self, zipped, s3_server, buckets, proxy, tmp_path):
        behind = stores_of(s3_server, buckets, token_of(s3_server, JONAS), proxy.endpoint_url).staging
        proxy.on(lambda asked: asked.method == "GET" and "/zip/" in asked.key, flip_byte, times=1)
        with pytest.raises(IntegrityError) as raised:
            fetch_archive(zipped.stored.key, tmp_path / "Site.zip", behind, Job())
        assert str(raised.value) == "Site.zip: The ZIP was damaged on the way. Try again; if it stays, tell IT."
        assert list(tmp_path.iterdir()) == []

    def test_keeps_the_file_that_has_the_name(self, zipped, colleague, tmp_path):
        output = tmp_path / "Site.zip"
        output.write_bytes(b"mine")
        with pytest.raises(InputError) as raised:
            fetch_archive(zipped.stored.key, output, colleague, Job())
        assert raised.value.code == "output-exists"
        assert output.read_bytes() == b"mine"
        fetch_archive(zipped.stored.key, output, colleague, Job(), force=True)
        assert contents_of(output) == CONTENTS

    def test_is_told_that_the_folder_isnt_there(self, zipped, colleague, tmp_path):
        with pytest.raises(LocalFileError) as raised:
            fetch_archive(zipped.stored.key, tmp_path / "gone" / "Site.zip", colleague, Job())
        assert raised.value.code == "no-folder"


class TestWhatAColleagueHasPutInsteadOfAZip:
    """Whoever may share can store any bytes under `shared/`, and send a link to them."""

    @pytest.fixture
    def save(self, zipped, buckets, boto, colleague, tmp_path):
        def save(content):
            boto.put_object(Bucket=buckets.staging, Key=zipped.stored.key, Body=content, ChecksumAlgorithm="CRC32")
            with pytest.raises(IntegrityError) as raised:
                fetch_archive(zipped.stored.key, tmp_path / "Site.zip", colleague, Job())
            assert list(tmp_path.iterdir()) == []
            return str(raised.value)

        return save

    @pytest.mark.parametrize("content", [b"MZ no archive at all", b"", b"PK\x05\x06" + b"\xff" * 18])
    def test_isnt_saved_where_it_is_no_archive(self, save, content):
        assert save(content) == (
            "Site.zip: What was shared isn’t a ZIP that can be opened. "
            "Nothing was saved. Ask for a new link, or search for the files."
        )

    @pytest.mark.parametrize(
        "names", [["../.bashrc"], ["/etc/cron.d/x"], ["C:\\x.exe"], ["a.txt", "A.TXT"], ["\u202efdp.exe"]]
    )
    def test_isnt_saved_where_its_names_are_none_of_ours(self, save, names):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name in names:
                archive.writestr(name, b"harm")
        assert save(stream.getvalue()) == (
            "Site.zip: This ZIP isn’t one that Tagdrop made. "
            "It holds names that could overwrite other files. Nothing was saved; tell IT who sent the link."
        )


def test_what_a_killed_download_has_left_is_taken_over(zipped, colleague, tmp_path):
    output = tmp_path / "Site.zip"
    head = colleague.head(zipped.stored.key, Job().cancel)
    wanted = Wanted(zipped.stored.key, "", (head.stored,))
    part_path(output).write_bytes(b"longer than the ZIP" * 2 * MIB)
    journal_path(part_path(output)).write_text(json.dumps(wanted.header()) + "\n")
    fetch_archive(zipped.stored.key, output, colleague, Job())
    assert contents_of(output) == CONTENTS
    assert output.stat().st_size == zipped.stored.size_bytes
    assert list(tmp_path.iterdir()) == [output]


def test_a_zip_without_a_stored_checksum_is_checked_member_by_member(
    s3_server, stores, zipped, buckets, proxy, tmp_path, colleague
):
    """Servers that keep none answer the HEAD without it."""

    def without_checksum(asked, forward):
        reply = forward()
        headers = tuple(item for item in reply.headers if not item[0].lower().startswith("x-amz-checksum"))
        return Reply(reply.status, headers, reply.body)

    behind = stores_of(s3_server, buckets, token_of(s3_server, JONAS), proxy.endpoint_url).staging
    proxy.on(lambda asked: asked.method == "HEAD", without_checksum)
    fetch_archive(zipped.stored.key, tmp_path / "whole.zip", behind, Job())
    assert contents_of(tmp_path / "whole.zip") == CONTENTS
    proxy.on(lambda asked: asked.method == "GET" and "/zip/" in asked.key, flip_byte, times=1)
    with pytest.raises(IntegrityError):
        fetch_archive(zipped.stored.key, tmp_path / "bent.zip", behind, Job())


def test_an_outsider_isnt_let_in_at_all(zipped, s3_server, buckets):
    text = Desktop(s3_server.provider).sign_in(STRANGER)["id_token"]
    with pytest.raises(ClientError):
        assume(s3_server, text)
    url = f"{s3_server.endpoint_url}/{buckets.staging}/{zipped.stored.key.replace(' ', '%20')}"
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(url, timeout=30)
    raised.value.close()
    assert raised.value.code == 403


def test_small_files_are_packed_here_and_only_the_shared_zip_stays(stores, boto, buckets, maria, colleague, tmp_path):
    zipped = share_all(stores, boto, buckets, maria, SMALL)
    assert keys_in(boto, buckets.staging) == [f"{zipped.place.prefix}request.json", zipped.stored.key]
    (request,) = list_staged(maria.account.subject, stores.staging, Job())
    assert (request.files, request.is_shared, request.name) == (30, True, "Site")
    fetch_archive(zipped.stored.key, tmp_path / "Site.zip", colleague, Job())
    assert contents_of(tmp_path / "Site.zip") == SMALL


def test_a_server_of_which_nothing_is_known_gets_a_zip_that_was_packed_here(
    open_server, boto, buckets, maria, colleague, tmp_path
):
    weak = open_server(capabilities=NOTHING)
    storage, staging = weak.bucket(buckets.storage), weak.bucket(buckets.staging)
    stores = CloudStores(storage, staging, weak.assembler(buckets.staging, buckets.storage))
    listener = Listener()
    zipped = share_all(stores, boto, buckets, maria, listener=listener)
    assert [event.reason for event in listener.of(PackedHere)] == ["The storage can’t put a ZIP together itself."]
    assert keys_in(boto, buckets.staging) == [f"{zipped.place.prefix}request.json", zipped.stored.key]
    fetch_archive(zipped.stored.key, tmp_path / "Site.zip", colleague, Job())
    assert contents_of(tmp_path / "Site.zip") == CONTENTS


def test_copies_that_cant_be_deleted_yet_dont_cost_the_link(
    s3_server, boto, buckets, maria, proxy, colleague, tmp_path
):
    """They are listed, and swept after their day."""
    behind = stores_of(s3_server, buckets, maria, proxy.endpoint_url)
    proxy.on(lambda asked: asked.method == "POST" and "delete" in asked.query, answer(403, "AccessDenied"))
    zipped = share_all(behind, boto, buckets, maria, SMALL)
    fetch_archive(zipped.stored.key, tmp_path / "Site.zip", colleague, Job())
    assert contents_of(tmp_path / "Site.zip") == SMALL
    assert len(list_staged(maria.account.subject, behind.staging, Job())) == 2


def test_a_cancel_while_it_is_sent_leaves_nothing(stores, boto, buckets, maria):
    listener = cancel_when(lambda event: isinstance(event, Progressed) and event.stage is Stage.UPLOADING)
    with pytest.raises(CancelledError):
        share_all(
            stores,
            boto,
            buckets,
            maria,
            {f"Note/{n}.bin": random.Random(n).randbytes(4 * MIB) for n in range(4)},
            listener,
        )
    assert keys_in(boto, buckets.staging) == []
    assert open_uploads(boto, buckets.staging) == []


class TestThePublicLink:
    @pytest.fixture
    def sign(self, s3_server, buckets, maria, proxy):
        """Return a function that signs a link for so many hours, asking STS through the proxy."""
        role = WebIdentityRole(ROLE_ARN, REGION, proxy.endpoint_url)
        signer = Presigner(
            buckets.staging,
            REGION,
            s3_server.endpoint_url,
            lambda seconds: role.assume_longest(maria, seconds),
            MovedClock(),
        )

        def sign(zipped, hours):
            return signer.sign(zipped.stored.key, "Größe.zip", MovedClock().now() + timedelta(hours=hours))

        return sign

    def lasts(self, link):
        return round((link.expires_at - MovedClock().now()).total_seconds() / 60)

    def test_is_signed_by_a_session_of_its_own_that_lives_as_long(self, zipped, sign, proxy, tmp_path):
        link = sign(zipped, 0.5)
        assert self.lasts(link) == 30
        assert parse_qs(proxy.asked[0].body.decode())["DurationSeconds"] == ["1800"]
        assert "X-Amz-Expires=1" in link.url
        with urllib.request.urlopen(link.url, timeout=30) as reply:
            (tmp_path / "Site.zip").write_bytes(reply.read())
            assert reply.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.zip"
        assert contents_of(tmp_path / "Site.zip") == CONTENTS

    def test_ends_with_the_longest_session_that_the_role_allows(self, zipped, sign, proxy):
        link = sign(zipped, 8)
        asked = [parse_qs(asked.body.decode())["DurationSeconds"][0] for asked in proxy.asked]
        assert asked == [str(hours * 3600) for hours in (8, 6, 4, 3, 2, 1)]
        assert 59 <= self.lasts(link) <= 60

    def test_understands_how_aws_refuses_a_longer_one(self, zipped, sign, proxy):
        words = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        refusal = (
            '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
            f"<Code>ValidationError</Code><Message>{words}</Message></Error></ErrorResponse>"
        )
        proxy.on(
            lambda asked: "DurationSeconds=28800" in asked.body.decode(),
            lambda asked, forward: Reply(400, (("Content-Type", "text/xml"),), refusal.encode()),
        )
        assert 59 <= self.lasts(sign(zipped, 8)) <= 60

    def test_that_cant_be_signed_leaves_no_zip_behind(self, zipped, stores, boto, buckets):
        class SignedOut:
            def sign(self, key, file_name, until):
                raise SignInError("signed-out", "Nobody is signed in", "Sign in first.")

        with pytest.raises(SignInError):
            public_link(zipped, timedelta(hours=8), SignedOut(), stores.staging, MovedClock())
        assert keys_in(boto, buckets.staging) == []

    def test_ends_with_the_zip_at_the_latest(self, zipped, stores):
        class Signs:
            def sign(self, key, file_name, until):
                return PublicLink("https://…", until)

        link = public_link(zipped, timedelta(hours=48), Signs(), stores.staging, MovedClock())
        assert link.expires_at == zipped.expires_at
        assert link.cut_by is CutBy.ZIP

    @pytest.mark.parametrize(
        ("wanted", "signed", "cut_by"),
        [
            (8, timedelta(hours=8), None),
            (8, timedelta(hours=8, seconds=-90), None),  # it took a moment
            (8, timedelta(hours=1), CutBy.SESSION),
            (24, timedelta(hours=12), CutBy.SESSION),
            (24, timedelta(hours=23), CutBy.ZIP),
        ],
    )
    def test_says_what_ends_it_earlier_than_was_asked_for(self, zipped, stores, wanted, signed, cut_by):
        """The making of the ZIP took an hour of its 24."""
        began = MovedClock().now()
        zipped = replace(zipped, expires_at=began + timedelta(hours=23))

        class Signs:
            def sign(self, key, file_name, until):
                return PublicLink("https://…", min(until, began + signed))

        link = public_link(zipped, timedelta(hours=wanted), Signs(), stores.staging, MovedClock())
        assert (link.cut_by, link.expires_at <= zipped.expires_at) == (cut_by, True)

    def test_is_shown_nowhere_but_to_who_asked_for_it(self, zipped, sign):
        link = sign(zipped, 0.5)
        assert "X-Amz-Signature" in link.url
        assert "X-Amz" not in repr(link)
