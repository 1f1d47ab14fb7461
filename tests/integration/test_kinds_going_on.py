"""Downloads, links, changes of tags and deletions that are killed: listed, gone on with, or discarded with what is left."""

from __future__ import annotations

import random
import signal
import zipfile

import pytest

from tests.integration.finding import put_all
from tests.integration.killing import Gate, killed
from tests.proxy import copies_object, of_key, reads_content
from tests.server import keys_in, tags_of
from tests.waiting import eventually

FILES = {f"Größe {number}.bin": random.Random(number).randbytes(400_000) for number in range(30)}
MORE_FILES = {f"Bild {number}.bin": random.Random(number).randbytes(400_000) for number in range(40)}
LAST = "Größe 9.bin"  # as the keys are sorted


@pytest.fixture
def stored(boto, buckets):
    put_all(boto, buckets.storage, {key: (body, {"Tag1": "Lot 7", "Scanner": "clean"}) for key, body in FILES.items()})


@pytest.fixture
def output(tmp_path):
    (tmp_path / "Downloads").mkdir()
    return tmp_path / "Downloads" / "Lot 7.zip"


def left(tagdrop):
    return tagdrop.run("transfers").of("transfer")


def content_of(output):
    with zipfile.ZipFile(output) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def reads_last(asked):
    return reads_content(asked) and asked.key.endswith(LAST)


def puts_tags(asked):
    return asked.method == "PUT" and "tagging" in asked.query


def deletes(asked):
    return asked.method == "POST" and "delete" in asked.query


class TestADownload:
    @pytest.fixture
    def killed_one(self, tagdrop, proxy, stored, output):
        killed(tagdrop, proxy, reads_last, 0, "fetch", "Lot 7", "--output", output)
        assert not output.exists()
        (transfer,) = left(tagdrop)
        return transfer

    def test_is_listed_and_goes_on_with_what_has_arrived(self, killed_one, tagdrop, proxy, boto, buckets, output):
        assert (killed_one["kind"], killed_one["name"]) == ("fetch", str(output))
        assert (killed_one["files"], killed_one["bytes"]) == (30, 12_000_000)
        ran = tagdrop.run("resume")
        assert ran.code == 0, ran
        assert (ran.lines[-1]["packed"], ran.lines[-1]["failed"]) == (30, 0)
        (fetched,) = ran.of("fetched")
        assert (fetched["output"], fetched["zip_bytes"]) == (str(output), output.stat().st_size)
        assert content_of(output) == FILES
        assert [path.name for path in output.parent.iterdir()] == [output.name]
        assert left(tagdrop) == []

    def test_goes_on_after_a_shutdown_too(self, tagdrop, proxy, stored, output):
        assert (
            killed(tagdrop, proxy, reads_last, 0, "fetch", "Lot 7", "--output", output, ends_by=signal.SIGTERM) == 130
        )
        assert [transfer["kind"] for transfer in left(tagdrop)] == ["fetch"]
        assert tagdrop.run("resume").code == 0
        assert content_of(output) == FILES

    def test_is_discarded_with_its_part_and_its_copies(self, killed_one, tagdrop, boto, buckets, output):
        assert keys_in(boto, buckets.staging)
        ran = tagdrop.run("transfers", "--discard", str(killed_one["id"]))
        assert ran.code == 0, ran
        assert list(output.parent.iterdir()) == []
        assert keys_in(boto, buckets.staging) == []
        assert left(tagdrop) == []

    def test_that_the_same_command_has_finished_is_over(self, killed_one, tagdrop, output):
        assert tagdrop.run("fetch", "Lot 7", "--output", output).code == 0
        assert content_of(output) == FILES
        assert left(tagdrop) == []

    def test_whose_place_is_taken_meanwhile_stays_until_that_is_free(self, killed_one, tagdrop, output):
        output.write_bytes(b"somebody else's")
        ran = tagdrop.run("resume")
        assert (ran.code, ran.lines[-1]["code"]) == (2, "output-exists")
        assert output.read_bytes() == b"somebody else's"
        assert [transfer["id"] for transfer in left(tagdrop)] == [killed_one["id"]]
        output.unlink()
        assert tagdrop.run("resume", str(killed_one["id"])).code == 0
        assert content_of(output) == FILES

    def test_names_files_that_changed_since_it_was_begun(self, tagdrop, proxy, stored, output, boto, buckets):
        killed(tagdrop, proxy, copies_object, 3, "fetch", "Lot 7", "--output", output)
        boto.put_object(Bucket=buckets.storage, Key=LAST, Body=b"another one")
        ran = tagdrop.run("resume")
        assert (ran.code, ran.lines[-1]["failed"]) == (1, 1)
        (failed,) = [line for line in ran.of("file") if line["status"] == "failed"]
        assert (failed["key"], failed["error"]["code"]) == (LAST, "source-changed")
        assert content_of(output) == {key: body for key, body in FILES.items() if key != LAST}
        assert left(tagdrop) == []

    def test_with_a_list_of_contents_has_it_as_the_search_was(self, tagdrop, proxy, stored, output):
        killed(tagdrop, proxy, reads_last, 0, "fetch", "Lot 7", "--report", "--output", output)
        ran = tagdrop.run("resume")
        assert ran.code == 0, ran
        content = content_of(output)
        assert content.keys() == {*FILES, "contents.csv", "contents.json"}
        assert b'"complete": true' in content["contents.json"]


@pytest.fixture
def temp(tmp_path, monkeypatch):
    """The system's folder for what is temporary."""
    folder = tmp_path / "temp"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    return folder


class TestALink:
    @pytest.fixture
    def killed_one(self, tagdrop, proxy, stored):
        killed(tagdrop, proxy, copies_object, 3, "share", "Lot 7")
        (transfer,) = left(tagdrop)
        return transfer

    @pytest.fixture
    def packed_one(self, tagdrop, proxy, stored, temp, boto, buckets):
        """One that was killed when some of it was packed, compared and noted."""
        put_all(boto, buckets.storage, {key: (body, {"Tag1": "Lot 7"}) for key, body in MORE_FILES.items()})
        Gate(proxy, reads_last, 0)
        with tagdrop.start("share", "Lot 7") as process:
            try:
                assert eventually(lambda: any(note.read_bytes().count(b"\n") > 10 for note in temp.glob("*/*.json")))
            finally:
                process.kill()
        proxy.forget()
        (transfer,) = left(tagdrop)
        return transfer

    def test_is_listed_and_made(self, killed_one, tagdrop, boto, buckets, output):
        assert (killed_one["kind"], killed_one["name"], killed_one["files"]) == ("share", "Lot 7", 30)
        ran = tagdrop.run("resume")
        assert (ran.code, ran.lines[-1]["links_made"]) == (0, 1), ran
        (link,) = ran.of("link")
        assert link["link"].startswith("tagdrop:find?is=Lot+7")
        (archive,) = [key for key in keys_in(boto, buckets.staging) if "/zip/" in key]
        output.write_bytes(boto.get_object(Bucket=buckets.staging, Key=archive)["Body"].read())
        assert content_of(output) == FILES
        assert left(tagdrop) == []

    def test_is_discarded(self, killed_one, tagdrop):
        assert tagdrop.run("transfers", "--discard", str(killed_one["id"])).code == 0
        assert left(tagdrop) == []

    def test_that_was_packed_here_goes_on_with_what_was_packed(self, packed_one, tagdrop, proxy, temp, boto, buckets):
        (notes,) = temp.glob("*/*.json")
        lines = notes.read_bytes().splitlines(keepends=True)
        members_noted = sum(line.startswith(b"[") and line.endswith(b"\n") for line in lines)
        assert members_noted > 5
        ran = tagdrop.run("resume")
        assert (ran.code, ran.lines[-1]["links_made"]) == (0, 1), ran
        # What is noted is never read again.
        assert 0 < proxy.count(reads_content) <= len(FILES) + len(MORE_FILES) - members_noted
        assert list(temp.iterdir()) == []
        assert [key.rpartition("/")[2] for key in keys_in(boto, buckets.staging)] == ["request.json", "Lot 7.zip"]

    def test_that_was_packed_here_is_discarded_with_what_was_packed(self, packed_one, tagdrop, temp, boto, buckets):
        assert tagdrop.run("transfers", "--discard", str(packed_one["id"])).code == 0
        assert list(temp.iterdir()) == []
        assert keys_in(boto, buckets.staging) == []
        assert left(tagdrop) == []


class TestAChangeOfTags:
    @pytest.fixture
    def killed_one(self, tagdrop, proxy, stored):
        killed(tagdrop, proxy, puts_tags, 12, "retag", "Lot 7", "Lot 8")
        (transfer,) = left(tagdrop)
        return transfer

    def tags(self, boto, buckets):
        return [tags_of(boto, buckets.storage, key) for key in FILES]

    def test_goes_on_and_is_undone_as_a_whole(self, killed_one, tagdrop, boto, buckets):
        assert (killed_one["kind"], killed_one["name"]) == ("retag", "“Lot 7” became “Lot 8”")
        assert 0 < [tags["Tag1"] for tags in self.tags(boto, buckets)].count("Lot 8") < 30
        ran = tagdrop.run("resume")
        assert (ran.code, ran.lines[-1]["failed"]) == (0, 0), ran
        assert self.tags(boto, buckets) == [{"Tag1": "Lot 8", "Scanner": "clean"}] * 30
        assert left(tagdrop) == []
        assert tagdrop.run("retag", "--undo").lines[-1]["retagged"] == 30
        assert [tags["Tag1"] for tags in self.tags(boto, buckets)] == ["Lot 7"] * 30

    def test_is_undone_instead(self, killed_one, tagdrop, boto, buckets):
        assert tagdrop.run("retag", "--undo").code == 0
        assert [tags["Tag1"] for tags in self.tags(boto, buckets)] == ["Lot 7"] * 30
        assert left(tagdrop) == []

    def test_is_discarded_and_what_was_done_can_still_be_undone(self, killed_one, tagdrop, boto, buckets):
        done = [tags["Tag1"] for tags in self.tags(boto, buckets)].count("Lot 8")
        assert tagdrop.run("transfers", "--discard", str(killed_one["id"])).code == 0
        assert left(tagdrop) == []
        assert tagdrop.run("retag", "--undo").lines[-1]["retagged"] == done

    def test_whose_undoing_is_killed_goes_on_with_that(self, tagdrop, proxy, stored, boto, buckets):
        assert tagdrop.run("retag", "Lot 7", "Lot 8").code == 0
        killed(tagdrop, proxy, puts_tags, 12, "retag", "--undo")
        (transfer,) = left(tagdrop)
        assert (transfer["kind"], transfer["files"]) == ("undo", 30)
        assert tagdrop.run("resume").code == 0
        assert [tags["Tag1"] for tags in self.tags(boto, buckets)] == ["Lot 7"] * 30
        assert left(tagdrop) == []


class TestADeletion:
    def test_is_listed_and_goes_on(self, tagdrop, proxy, stored, output, boto, buckets):
        assert tagdrop.run("fetch", "Lot 7", "--output", output).code == 0
        (copies,) = tagdrop.run("staged").of("staged")
        killed(tagdrop, proxy, deletes, 0, "staged", "--delete", copies["id"])
        (transfer,) = left(tagdrop)
        assert (transfer["kind"], transfer["name"]) == ("delete", copies["id"])
        ran = tagdrop.run("resume")
        assert (ran.code, ran.lines[-1]["deletions"]) == (0, 1), ran
        assert keys_in(boto, buckets.staging) == []
        assert left(tagdrop) == []


def test_everything_that_was_interrupted_goes_on_together(tagdrop, proxy, stored, output, files, boto, buckets):
    (files / "new.txt").write_bytes(b"new")
    killed(
        tagdrop, proxy, of_key("files/new.txt", lambda asked: asked.method == "PUT"), 0, "upload", "--tag", "B", files
    )
    killed(tagdrop, proxy, reads_last, 0, "fetch", "Lot 7", "--output", output)
    killed(tagdrop, proxy, puts_tags, 5, "retag", "Lot 7", "Lot 8")
    assert [transfer["kind"] for transfer in left(tagdrop)] == ["upload", "fetch", "retag"]
    ran = tagdrop.run("resume")
    assert ran.code == 0, ran
    told = ran.lines[-1]
    assert (told["uploaded"], told["packed"], told["failed"]) == (1, 30, 0)
    assert content_of(output) == FILES
    assert left(tagdrop) == []
