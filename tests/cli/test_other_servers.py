"""What the command line says of a server that ignores something."""

from __future__ import annotations

import pytest

from app.core.identity import Credentials
from tests.ignoring import ignore
from tests.server import tags_of

WEAKER = "The server doesn’t take tags along with a file: they are written after it, and read back."


@pytest.fixture
def ignoring(proxy, s3_server):
    ignore(proxy, Credentials(s3_server.access_key_id, s3_server.secret_access_key), "x-amz-tagging")


def test_what_is_weaker_is_said_once_with_v_and_found_out_once_a_day(tagdrop, ignoring, proxy, files, buckets, boto):
    for name in ("a.txt", "b.txt"):
        (files / name).write_text(name)
    first = tagdrop("upload", "--tag", "A", files / "a.txt")
    assert (first.code, WEAKER in first.stderr) == (0, False)
    assert [asked for asked in proxy.asked if asked.bucket == buckets.staging]
    proxy.forget()
    second = tagdrop("-v", "upload", "--tag", "A", files / "b.txt")
    assert (second.code, second.stderr.count(WEAKER)) == (0, 1)
    assert not [asked for asked in proxy.asked if asked.bucket == buckets.staging]
    assert [tags_of(boto, buckets.storage, name)["Tag1"] for name in ("a.txt", "b.txt")] == ["A", "A"]
