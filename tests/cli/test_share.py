"""`tagdrop share` and `fetch --in-cloud`: what they print, and what their links lead to."""

from __future__ import annotations

import base64
import io
import random
import re
import urllib.error
import urllib.request
import zipfile
import zlib
from datetime import timedelta

import pytest

from app.aws.signing import Presigner
from app.core.links import link_from_text
from app.core.query import query_of
from tests.cli.test_contract import ERROR, TIME, assert_fields
from tests.proxy import answer, copies_object, flip_byte
from tests.server import keys_in

MIB = 1024**2


@pytest.fixture
def large(boto, buckets):
    """Two large files and a small one with the tag; their contents."""
    contents = {f"Film/{number}.mov": random.Random(number).randbytes(11 * MIB) for number in range(2)}
    contents["Film/list.txt"] = b"list"
    for key, content in contents.items():
        boto.put_object(Bucket=buckets.storage, Key=key, Body=content, Tagging="Tag1=Film&Tag2=Tag-value")
    return contents


@pytest.fixture
def small(boto, buckets):
    boto.put_object(Bucket=buckets.storage, Key="a.txt", Body=b"text " * 1000, Tagging="Tag1=Note&Tag2=Tag-value")
    return {"a.txt": b"text " * 1000}


@pytest.fixture
def public_allowed(behind_config):
    behind_config.write_text(f"{behind_config.read_text()}\n[share]\npublic_links = true\n")


def members_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def shared(boto, buckets, link):
    """Return the content that a Tagdrop link leads to."""
    key = link_from_text(link).archive_key
    return members_of(boto.get_object(Bucket=buckets.staging, Key=key)["Body"].read())


class TestFetchInCloud:
    def test_saves_the_zip_that_the_storage_has_put_together(self, tagdrop, large, tmp_path, boto, buckets):
        output = tmp_path / "film.zip"
        ended = tagdrop("fetch", "Film", "--output", output, "--in-cloud", "--json")
        assert ended.code == 0, ended.stderr
        assert members_of(output.read_bytes()) == large
        summary = ended.lines[-1]
        assert (summary["files"], summary["zip_bytes"]) == (3, output.stat().st_size)
        key = f"{summary['staged']}zip/Film.zip"
        assert keys_in(boto, buckets.staging) == [f"{summary['staged']}request.json", key]
        whole = boto.head_object(Bucket=buckets.staging, Key=key, ChecksumMode="ENABLED")["ChecksumCRC32"]
        assert base64.b64decode(whole) == zlib.crc32(output.read_bytes()).to_bytes(4, "big")
        assert list(tmp_path.glob("*.part")) == []
        staged = tagdrop("staged", "--json").of("staged")
        assert [(line["files"], line["bytes"]) for line in staged] == [(3, output.stat().st_size)]

    def test_packs_small_files_here_and_says_so(self, tagdrop, small, tmp_path):
        ended = tagdrop("fetch", "Note", "--output", tmp_path / "note.zip", "--in-cloud", "--json")
        assert ended.code == 0
        assert members_of((tmp_path / "note.zip").read_bytes()) == small
        assert_fields("fetch", ended.lines)
        (line,) = ended.of("packed-here")
        assert "small files" in line["reason"]

    def test_packs_here_where_the_storage_cant(self, tagdrop, large, tmp_path, proxy, boto, buckets):
        proxy.on(lambda asked: copies_object(asked) and "partNumber" in asked.query, answer(501, "NotImplemented"))
        ended = tagdrop("fetch", "Film", "--output", tmp_path / "film.zip", "--in-cloud")
        assert ended.code == 0
        assert "The ZIP is packed on this computer: The storage can’t put a ZIP together itself." in ended.stderr
        assert members_of((tmp_path / "film.zip").read_bytes()) == large
        assert not [key for key in keys_in(boto, buckets.staging) if "/zip/" in key]

    def test_saves_nothing_that_was_damaged_on_the_way(self, tagdrop, large, tmp_path, proxy, boto, buckets):
        proxy.on(lambda asked: asked.method == "GET" and "/zip/" in asked.key, flip_byte)
        ended = tagdrop("fetch", "Film", "--output", tmp_path / "film.zip", "--in-cloud", "--json")
        assert (ended.code, ended.lines[-1]["code"]) == (5, "archive-damaged")
        assert list(tmp_path.glob("film*")) == []
        assert keys_in(boto, buckets.staging) == []


class TestATagdropLink:
    def test_leads_to_a_finished_zip_and_the_search(self, tagdrop, large, boto, buckets):
        ended = tagdrop("share", "Film", "--json")
        assert ended.code == 0, ended.stderr
        link = ended.lines[-1]
        assert list(link) == ["event", "link", "public", "expires_at"]
        assert (link["event"], link["public"]) == ("link", False)
        assert TIME.fullmatch(link["expires_at"])
        assert shared(boto, buckets, link["link"]) == large
        assert link_from_text(link["link"]).query == query_of(["Film"])
        assert link_from_text(link["link"]).archive_key.startswith("shared/")

    def test_stands_alone_on_stdout(self, tagdrop, large):
        ended = tagdrop("share", "Film")
        assert re.fullmatch(r"tagdrop:find\?\S+\n", ended.stdout)
        assert "3 files. Colleagues open it in their own Tagdrop until" in ended.stderr

    def test_to_small_files_leads_to_a_zip_that_was_packed_here(self, tagdrop, small, boto, buckets):
        ended = tagdrop("share", "Note", "--json")
        assert ended.code == 0, ended.stderr
        assert len(ended.of("packed-here")) == 1
        assert shared(boto, buckets, ended.lines[-1]["link"]) == small
        keys = keys_in(boto, buckets.staging)
        assert len(keys) == 2
        assert all(key.startswith("shared/") for key in keys)

    def test_to_the_search_alone_copies_nothing(self, tagdrop, large, boto, buckets):
        ended = tagdrop("share", "Film", "--not", "Draft", "--search-only", "--json")
        assert ended.lines == [
            {"event": "link", "link": "tagdrop:find?is=Film&not=Draft", "public": False, "expires_at": None}
        ]
        assert keys_in(boto, buckets.staging) == []

    def test_is_revoked_by_deleting(self, tagdrop, large, boto, buckets):
        tagdrop("share", "Film")
        assert "Film (shared)" in tagdrop("staged").stdout
        (staged,) = tagdrop("staged", "--json").of("staged")
        assert tagdrop("staged", "--delete", staged["id"]).code == 0
        assert keys_in(boto, buckets.staging) == []

    def test_to_nothing_is_an_error_and_no_link(self, tagdrop, large, boto, buckets):
        ended = tagdrop("share", "Nobody", "--json")
        assert (ended.code, ended.lines[-1]["event"], ended.lines[-1]["code"]) == (1, "error", "nothing-to-pack")
        assert list(ended.lines[-1])[1:] == ERROR
        assert keys_in(boto, buckets.staging) == []


class TestAPublicLink:
    def test_is_refused_unless_it_allows_it(self, tagdrop, large, boto, buckets):
        ended = tagdrop("share", "Film", "--public", "--json")
        assert (ended.code, ended.lines[-1]["code"]) == (3, "public-links-off")
        assert ended.lines[-1]["title"] == "Public links are turned off by Example Ltd"
        assert keys_in(boto, buckets.staging) == []

    def test_can_be_opened_by_anyone_until_it_was_deleted(self, tagdrop, public_allowed, large, boto, buckets):
        ended = tagdrop("share", "Film", "--public", "--expires", "30m", "--json")
        assert ended.code == 0, ended.stderr
        link = ended.lines[-1]
        assert link["public"] is True
        with urllib.request.urlopen(link["link"], timeout=30) as reply:
            assert members_of(reply.read()) == large
            assert reply.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Film.zip"
        (staged,) = tagdrop("staged", "--json").of("staged")
        tagdrop("staged", "--delete", staged["id"])
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(link["link"], timeout=30)
        raised.value.close()

    def test_says_who_can_open_it_and_until_when(self, tagdrop, public_allowed, large):
        ended = tagdrop("share", "Film", "--public", "--expires", "30m")
        assert re.search(r"Anyone who has this link can open it until \d{4}-\d\d-\d\dT", ended.stderr)

    @pytest.fixture
    def warned(self, tagdrop, public_allowed, large):
        """Return what shares for 8 hours, and returns what was said."""

        def share():
            ended = tagdrop("share", "Film", "--public", "--expires", "8h")
            assert ended.code == 0, ended.stderr
            return re.sub(TIME, "TIME", ended.stderr)

        return share

    def test_that_ends_with_the_zip_says_so(self, warned, monkeypatch):
        monkeypatch.setattr("app.services.cloud_zip.LIFETIME", timedelta(hours=2))
        said = warned()
        assert "It ends at TIME already, not at TIME, because the ZIP that it leads to is deleted then.\n" in said
        assert "Anyone who has this link can open it until TIME.\n" in said

    def test_that_ends_with_its_session_says_so(self, warned, monkeypatch):
        sign = Presigner.sign
        monkeypatch.setattr(
            Presigner, "sign", lambda self, key, name, until: sign(self, key, name, until - timedelta(hours=7))
        )
        assert (
            "It ends at TIME already, not at TIME, because a public link ends with the session that signs it, and IT"
            " allows none that is longer.\n"
        ) in warned()

    def test_that_lasts_as_long_as_was_asked_for_says_nothing_of_it(self, warned):
        assert "already" not in warned()

    @pytest.mark.parametrize("time", ["8", "0h", "25h", "1d", "-1h", "1441m"])
    def test_takes_no_time_beyond_the_temporary_copys(self, tagdrop, public_allowed, time):
        ended = tagdrop("share", "Film", "--public", f"--expires={time}", "--json")
        assert (ended.code, ended.lines[-1]["code"]) == (2, "usage")


@pytest.mark.parametrize(
    "words", [["--public", "--search-only"], ["--expires", "1h"]], ids=["a public search", "an end of a Tagdrop link"]
)
def test_options_that_dont_go_together_are_said(tagdrop, words):
    ended = tagdrop("share", "Film", *words, "--json")
    assert (ended.code, ended.lines[-1]["code"]) == (2, "usage")
