"""Work that lasts longer than a session, on the real STS: renewed ten times, and once only by the person."""

from __future__ import annotations

import random
import threading

import pytest
from botocore.exceptions import ClientError

from app.auth.admission import Admission
from app.auth.client import Client
from app.auth.google import GoogleSignIn
from app.auth.keyring_store import KeyringStore
from app.aws.connect import Server
from app.aws.credentials import CredentialsHolder
from app.aws.sts import WebIdentityRole
from app.core.capabilities import EVERYTHING
from app.core.errors import SignInError
from app.core.events import Progressed, UploadStatus
from app.core.job import CancelToken
from app.demo.access import ROLE_ARN, Access
from app.demo.server import REGION, LocalServer
from app.services.session import Session
from app.services.signed_in import SignedIn
from app.services.upload import upload
from tests import browser
from tests.auth.memory_keyring import MemoryKeyring
from tests.desktop import JONAS, MARIA
from tests.fakes import Listener, MovedClock, NeverAsked
from tests.integration.uploading import request_for, write
from tests.server import client_of, keys_in, make_buckets, plain_client

MIB = 1024**2
SESSION_SECONDS = 2


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose sessions last two seconds."""
    access = Access("storage-*", "staging-*", SESSION_SECONDS)
    with LocalServer(tmp_path_factory.mktemp("short"), access) as server:
        # So short-lived that each session is bought with a token of its own.
        server.provider.id_tokens.lifetime_seconds = 60
        yield server


@pytest.fixture
def office(server):
    client = plain_client(server)
    yield client, make_buckets(client).storage
    client.close()


class Desk:
    """Somebody who signed in and works; signs in again when asked.

    Attributes:
        asked: the reasons for which they were asked.
        sessions: every session that was bought.
        bucket: where they work.
    """

    def __init__(self, server, bucket, who=MARIA, again=None):
        self._again = again or who
        self._who = who
        self.asked, self.sessions = [], []
        provider = server.provider
        self._program = GoogleSignIn(
            Client(provider.issuer, provider.client_id, provider.client_secret),
            Admission("Example Ltd", ("example.com",)),
            KeyringStore(provider.issuer, ("example.com",), MemoryKeyring),
            MovedClock(),
            open_browser=self._visit,
        )
        self._sign_in()
        holder = CredentialsHolder()
        role = WebIdentityRole(ROLE_ARN, REGION, server.endpoint_url)

        def renewed(credentials):
            self.sessions.append(credentials)
            holder.replace(credentials)

        self.session = Session(SignedIn(self._program, role), MovedClock(), renewed, self)
        self.bucket = Server(REGION, server.endpoint_url, holder, self.session, EVERYTHING).bucket(bucket)

    def wait(self, reason):
        """See `SignInGate.wait`."""
        self.asked.append(reason.code)
        self._who = self._again
        self._sign_in()

    def _sign_in(self):
        self._program.sign_in(lambda url, is_open: None, CancelToken())

    def _visit(self, url):
        threading.Thread(target=browser.visit, args=(url, self._who)).start()
        return True


def paced(seconds_a_file=0.0, seconds_a_part=0.0, then=lambda: None):
    """Return a listener that lets an upload take its time, and calls `then` once something is up."""
    pause, files_done, has_begun = threading.Event(), -1, False

    def react(event, job):
        nonlocal files_done, has_begun
        if not isinstance(event, Progressed):
            return
        if event.size_bytes and not has_begun:
            has_begun = True
            then()
        pause.wait(seconds_a_part if event.files == files_done else seconds_a_file)
        files_done = event.files

    return Listener(react)


def is_let_in(server, credentials, bucket):
    session = {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
    }
    try:
        client_of(server, session).list_objects_v2(Bucket=bucket)
    except ClientError:
        return False
    return True


@pytest.mark.timeout(300)
def test_two_thousand_files_and_a_large_one_go_up_across_ten_sessions_without_a_failure(server, office, files):
    boto, bucket = office
    contents = {f"f{number:04}.txt": b"%d" % number for number in range(2000)}
    contents["film.mp4"] = random.Random(4).randbytes(MIB) * 512
    desk = Desk(server, bucket)
    listener = paced(seconds_a_file=0.004, seconds_a_part=0.006)
    request = request_for([write(files, contents)], "Site")
    report = upload(request, desk.bucket, NeverAsked(), listener.job)
    assert report.failures == ()
    assert report.count(UploadStatus.UPLOADED) == len(keys_in(boto, bucket)) == 2001
    film = next(key for key in keys_in(boto, bucket) if key.endswith("film.mp4"))
    assert boto.get_object(Bucket=bucket, Key=film)["Body"].read() == contents["film.mp4"]
    assert len(desk.sessions) > 10
    assert desk.asked == []
    assert not is_let_in(server, desk.sessions[0], bucket)


@pytest.mark.timeout(300)
def test_a_sign_in_that_is_revoked_in_the_middle_is_asked_for_once_and_then_the_queue_ends_whole(server, office, files):
    boto, bucket = office
    desk = Desk(server, bucket)
    folders = [write(files, {f"{name}/f{number:03}.txt": b"x" for number in range(400)}) / name for name in "ab"]
    listeners = [
        paced(seconds_a_file=0.02, then=lambda: server.provider.end_sign_ins(MARIA)),
        paced(seconds_a_file=0.02),
    ]
    reports = []
    queue = [
        threading.Thread(
            target=lambda folder=folder, listener=listener: reports.append(
                upload(request_for([folder], "Site"), desk.bucket, NeverAsked(), listener.job)
            )
        )
        for folder, listener in zip(folders, listeners, strict=True)
    ]
    for transfer in queue:
        transfer.start()
    for transfer in queue:
        transfer.join()
    assert [report.failures for report in reports] == [(), ()]
    assert len(keys_in(boto, bucket)) == 800
    assert desk.asked == ["sign-in-ended"]


@pytest.mark.timeout(120)
def test_nobody_else_goes_on_with_the_work_of_who_began_it(server, office, files):
    boto, bucket = office
    desk = Desk(server, bucket, again=JONAS)
    listener = paced(seconds_a_part=0.2, then=lambda: server.provider.end_sign_ins(MARIA))
    write(files, {"film.mp4": b"x" * 256 * MIB})
    with pytest.raises(SignInError) as caught:
        upload(request_for([files / "film.mp4"], "Site"), desk.bucket, NeverAsked(), listener.job)
    assert caught.value.code == "other-account"
    assert keys_in(boto, bucket) == []
