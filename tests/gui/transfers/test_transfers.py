import json
import threading
from zipfile import ZipFile

import pytest
from PySide6.QtCore import Qt

from app.core.zipnames import zip_name
from app.ui import words
from app.ui.takeaway import free_outputs
from app.ui.transfers.model import Column
from app.ui.transfers.transfer import State
from app.ui.transfers.wording import say
from tests.proxy import (
    answer,
    copies_object,
    flip_byte,
    hang_up,
    hold_until,
    of_key,
    puts_object,
    reads_content,
    reads_tags,
)
from tests.server import keys_in


def write(folder, *names):
    for name in names:
        (folder / name).write_text("content of a file")
    return folder


def statuses(place):
    model = place.panel.model
    return {
        model.index(row, Column.NAME).data(): model.index(row, Column.STATUS).data() for row in range(model.rowCount())
    }


def title(place):
    return say(place.queue.transfers[0]).title


@pytest.fixture
def stored(boto, buckets):
    for key in ("a.pdf", "north/b.pdf", "c.pdf"):
        boto.put_object(Bucket=buckets.storage, Key=key, Body=key.encode(), Tagging="Tag1=Invoice 2026")


class TestUpload:
    def test_files_are_listed_with_what_becomes_of_each(self, person, place, proxy, files):
        go_on = threading.Event()
        proxy.on(of_key("files/b.pdf", puts_object), hold_until(go_on))
        person.drops_and_waits(write(files, "a.pdf", "b.pdf"))
        person.types(place.upload.list.field, "Lot 3")
        person.presses(place.upload.list.upload)
        place.window.toggle_drawer()
        person.wait(lambda: statuses(place) == {"b.pdf": "Uploading", "a.pdf": "Uploaded"})
        assert title(place) == "Uploading 1 of 2 files"
        assert place.foot.text() == "Uploading 1 of 2"
        go_on.set()
        person.waits_for_transfers()
        assert place.foot.text() == "2 uploaded"

    def test_a_failure_opens_the_drawer_at_the_end_and_can_be_tried_again(
        self, person, place, proxy, boto, buckets, files
    ):
        proxy.on(of_key("files/b.pdf", puts_object), answer(403, "AccessDenied"))
        person.uploads(write(files, "a.pdf", "b.pdf"))
        assert title(place) == "1 file uploaded, 1 failed"
        assert statuses(place) == {"b.pdf": "You don’t have access"}
        assert place.window.drawer.is_open
        proxy.forget()
        person.presses(place.panel.line(place.queue.transfers[0]).retry)
        person.waits_for_transfers()
        assert title(place) == "1 file uploaded"
        assert keys_in(boto, buckets.storage) == ["files/a.pdf", "files/b.pdf"]

    def test_the_drawer_stays_shut_when_all_went_well(self, person, place, files):
        person.uploads(write(files, "a.pdf"))
        assert not place.window.drawer.is_open

    def test_without_a_connection_the_whole_upload_can_be_tried_again(self, person, place, proxy, boto, buckets, files):
        proxy.on(puts_object, hang_up)
        person.uploads(write(files, "a.pdf"))
        assert place.queue.transfers[0].state is State.FAILED
        assert title(place).startswith("No connection")
        proxy.forget()
        person.presses(place.panel.line(place.queue.transfers[0]).retry)
        person.waits_for_transfers()
        assert keys_in(boto, buckets.storage) == ["files/a.pdf"]

    def test_show_the_files_leads_to_them(self, person, place, files):
        person.uploads(write(files, "a.pdf"), tag="Lot 3")
        place.window.toggle_drawer()
        person.presses(place.panel.line(place.queue.transfers[0]).show_files)
        person.waits_for_search()
        assert (place.window.current_page(), person.names()) == ("find", ["a.pdf"])

    def test_cancel_says_what_was_uploaded(self, person, place, proxy, files):
        go_on = threading.Event()
        proxy.on(of_key("files/b.pdf", puts_object), hold_until(go_on))
        person.drops_and_waits(write(files, "a.pdf", "b.pdf"))
        person.types(place.upload.list.field, "Lot 3")
        person.presses(place.upload.list.upload)
        person.wait(lambda: place.queue.transfers[0].files_done == 1)
        place.window.toggle_drawer()
        person.presses(place.panel.line(place.queue.transfers[0]).cancel)
        go_on.set()
        person.waits_for_transfers()
        said = say(place.queue.transfers[0])
        assert said.title == "Upload cancelled"
        assert said.detail.endswith("then cancelled. What was uploaded stays.")

    def test_what_has_ended_can_be_dismissed(self, person, place, files):
        person.uploads(write(files, "a.pdf"))
        place.window.toggle_drawer()
        person.presses(place.panel.line(place.queue.transfers[0]).dismiss)
        assert place.queue.transfers == ()
        assert not place.foot.isVisible()


class TestDownload:
    def test_all_files_are_saved_as_one_zip_named_after_the_search(self, person, place, stored):
        person.finds("Invoice 2026")
        person.presses(place.find.download)
        person.waits_for_transfers()
        output = place.downloads / "Invoice 2026.zip"
        assert title(place).replace("\u2068", "").replace("\u2069", "") == "Saved to Downloads"
        with ZipFile(output) as archive:
            assert archive.testzip() is None
            assert sorted(archive.namelist()) == ["a.pdf", "c.pdf", "north/b.pdf"]

    def test_only_selected_files_are_saved(self, person, place, stored):
        person.finds("Invoice 2026")
        row = person.names().index("b.pdf")
        place.find.table.toggle_row(row)
        person.presses(place.find.download)
        person.waits_for_transfers()
        with ZipFile(place.downloads / "Invoice 2026.zip") as archive:
            assert archive.namelist() == ["north/b.pdf"]

    def test_a_second_download_never_replaces_the_first(self, person, place, stored):
        person.finds("Invoice 2026")
        for _ in range(2):
            person.presses(place.find.download)
            person.waits_for_transfers()
        assert sorted(path.name for path in place.downloads.iterdir()) == ["Invoice 2026 (2).zip", "Invoice 2026.zip"]

    def test_a_file_that_is_missing_is_named(self, person, place, boto, buckets, stored):
        person.finds("Invoice 2026")
        boto.delete_object(Bucket=buckets.storage, Key="c.pdf")
        person.presses(place.find.download)
        person.waits_for_transfers()
        assert title(place) == "2 of 3 files packed. Missing: “c.pdf”"
        assert list(statuses(place)) == ["c.pdf"]
        assert place.window.drawer.is_open

    def test_with_a_list_of_contents_it_is_what_is_there_now(self, person, place, boto, buckets, stored):
        person.finds("Invoice 2026")
        boto.put_object(Bucket=buckets.storage, Key="d.pdf", Body=b"new", Tagging="Tag1=Invoice 2026")
        place.find.bar.download_other.click()
        person.waits_for_transfers()
        with ZipFile(place.downloads / "Invoice 2026.zip") as archive:
            listed = json.loads(archive.read("contents.json"))
            assert archive.testzip() is None
        assert (listed["engine"], listed["complete"]) == ("live", True)
        assert [file["key"] for file in listed["files"]] == ["a.pdf", "c.pdf", "d.pdf", "north/b.pdf"]

    @pytest.mark.parametrize(
        ("refused", "key"),
        [(lambda asked: asked.method == "HEAD", "c.pdf"), (reads_tags, "z.pdf")],
        ids=["for the list alone", "in the search"],
    )
    def test_a_list_of_contents_that_isnt_complete_says_so_and_why(
        self, person, place, proxy, boto, buckets, stored, refused, key
    ):
        boto.put_object(Bucket=buckets.storage, Key="z.pdf", Body=b"z", Tagging="Tag1=Draft")
        person.finds("Invoice 2026")
        proxy.on(of_key(key, refused), answer(403, "AccessDenied"))
        place.find.bar.download_other.click()
        person.waits_for_transfers()
        with ZipFile(place.downloads / "Invoice 2026.zip") as archive:
            assert not json.loads(archive.read("contents.json"))["complete"]
        said = say(place.queue.transfers[0])
        assert said.title == f"Saved to {words.name('Downloads')}, the list of contents isn’t complete"
        assert said.detail.startswith(f"1 file couldn’t be looked at. {words.name('Invoice 2026.zip')}, 3 files")
        assert (said.short, said.role) == ("The list isn’t complete", "warn")
        assert statuses(place) == {key: "You don’t have access"}
        model = place.panel.model
        assert model.index(0, Column.SIZE).data() == ""
        assert model.index(0, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole) == f"{key}, You don’t have access"
        assert place.window.drawer.is_open

    def test_neither_is_it_without_a_file_that_is_missing(self, person, place, proxy, stored):
        person.finds("Invoice 2026")
        proxy.on(lambda asked: reads_content(asked) and asked.key.endswith("c.pdf"), flip_byte)
        place.find.bar.download_other.click()
        person.waits_for_transfers()
        said = say(place.queue.transfers[0])
        assert said.title == "2 of 3 files packed. Missing: “c.pdf”"
        assert said.detail == f"{words.name('Invoice 2026.zip')}. The list of contents isn’t complete."

    def test_the_list_of_contents_of_a_selection_names_no_other_file(self, person, place, stored):
        person.finds("Invoice 2026")
        place.find.table.selectRow(0)
        place.find.bar.download_other.click()
        person.waits_for_transfers()
        with ZipFile(place.downloads / "Invoice 2026.zip") as archive:
            assert len(json.loads(archive.read("contents.json"))["files"]) == 1

    def test_a_cancelled_download_leaves_nothing(self, person, place, proxy, boto, buckets, stored):
        go_on = threading.Event()
        proxy.on(copies_object, hold_until(go_on))
        person.finds("Invoice 2026")
        person.presses(place.find.download)
        person.wait(lambda: proxy.count(copies_object))
        place.queue.transfers[0].cancel()
        go_on.set()
        person.wait(lambda: not place.queue.open_transfers)
        assert list(place.downloads.iterdir()) == []
        assert keys_in(boto, buckets.staging) == []

    @pytest.mark.parametrize("asks_again", ["tries again", "downloads again"])
    def test_an_interrupted_download_goes_on_when_it_is_asked_for_again(
        self, person, place, proxy, boto, buckets, stored, monkeypatch, asks_again
    ):
        monkeypatch.setattr("app.aws.retries.MAX_TRIES", 2)
        boto.put_object(Bucket=buckets.storage, Key="z.bin", Body=bytes(9_000_000), Tagging="Tag1=Invoice 2026")
        proxy.on(lambda asked: asked.key.endswith("z.bin") and asked.header("range"), hang_up)
        person.finds("Invoice 2026")
        person.presses(place.find.download)
        person.waits_for_transfers()
        assert [transfer.state for transfer in place.queue.transfers] == [State.FAILED]
        names = sorted(path.name for path in place.downloads.iterdir())
        assert names == ["Invoice 2026.zip.part", "Invoice 2026.zip.part.json"]
        proxy.forget()
        if asks_again == "tries again":
            place.panel.retry_asked.emit(place.queue.transfers[0])
        else:
            person.presses(place.find.download)
        person.waits_for_transfers()
        assert [path.name for path in place.downloads.iterdir()] == ["Invoice 2026.zip"]
        read = {asked.key.rpartition("/")[2] for asked in proxy.asked if reads_content(asked)}
        assert read - {"request.json"} == {"z.bin"}  # which the list of temporary copies may read already


def test_names_of_zips_are_safe_on_every_system():
    assert zip_name("Lot 3/4: a*b") == "Lot 3_4_ a_b.zip"
    assert zip_name("CON") == "_CON.zip"


def test_a_name_that_is_taken_is_numbered(tmp_path):
    (tmp_path / "Invoice.zip").touch()
    (tmp_path / "Invoice (2).zip.part").touch()
    assert next(free_outputs(tmp_path, "Invoice.zip")) == tmp_path / "Invoice (3).zip"
