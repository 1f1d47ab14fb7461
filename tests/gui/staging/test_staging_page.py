from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest
from PySide6.QtCore import Qt

from app.ui.staging.view import _Tail
from tests.fakes import MovedClock
from tests.proxy import answer
from tests.server import keys_in


@pytest.fixture
def downloaded(person, place, boto, buckets):
    """Two files, found and downloaded once."""
    for key in ("a.pdf", "b.pdf"):
        boto.put_object(Bucket=buckets.storage, Key=key, Body=key.encode(), Tagging="Tag1=Invoice 2026")
    person.finds("Invoice 2026")
    person.presses(place.find.download)
    person.waits_for_transfers()
    person.wait(lambda: place.staging.model.rowCount() == 1)
    place.window.show_page("staging")


def tail(place) -> _Tail:
    return place.staging.view.indexWidget(place.staging.model.index(0))


def spoken(place):
    text = place.staging.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    return text.replace("\u2068", "").replace("\u2069", "")


def test_without_copies_the_page_says_so(person, place):
    place.window.show_page("staging")
    person.wait(lambda: place.staging._empty.isVisible())
    assert place.staging._empty.accessibleName().startswith("No temporary copies")


def test_copies_of_a_download_that_was_broken_off_say_that_some_are_missing(person, place, downloaded, boto, buckets):
    copy = next(key for key in keys_in(boto, buckets.staging) if key.endswith("b.pdf"))
    boto.delete_object(Bucket=buckets.staging, Key=copy)
    place.staging.reload()
    person.wait(lambda: "1 of 2 files" in spoken(place))


def test_a_download_appears_with_its_end(place, downloaded):
    assert spoken(place).startswith("Invoice 2026, 2 files, 10 bytes, made today at ")
    assert spoken(place).endswith(("24 h 0 min left", "23 h 59 min left"))


def test_delete_now_deletes_the_copies_and_nothing_else(person, place, boto, buckets, downloaded):
    person.presses(tail(place).delete)
    person.wait(lambda: keys_in(boto, buckets.staging) == [])
    assert place.staging._empty.isVisible()
    assert keys_in(boto, buckets.storage) == ["a.pdf", "b.pdf"]


def test_copies_that_could_not_be_deleted_are_shown_again(person, place, proxy, downloaded):
    proxy.on(lambda asked: asked.method in ("DELETE", "POST") and bool(asked.bucket), answer(403, "AccessDenied"))
    person.presses(tail(place).delete)
    person.wait(lambda: place.window._banners.current() is not None)
    person.wait(lambda: place.staging.model.rowCount() == 1)


def test_copies_are_saved_as_a_zip_again(person, place, tmp_path, downloaded):
    request = place.staging.model.requests[0]
    place.save_staged(request, tmp_path / "again.zip")
    person.waits_for_transfers()
    with ZipFile(tmp_path / "again.zip") as archive:
        assert sorted(archive.namelist()) == ["a.pdf", "b.pdf"]


def test_copies_whose_time_is_over_are_swept_when_the_window_is_connected(
    person, place, services, boto, buckets, downloaded
):
    place.connect_to(replace(services, clock=MovedClock(hours=25)))
    person.wait(lambda: keys_in(boto, buckets.staging) == [])
    person.wait(lambda: place.staging.model.rowCount() == 0)


def test_the_last_hour_is_marked_by_icon_and_weight(place, downloaded):
    request = place.staging.model.requests[0]
    left = tail(place).left
    left.update_at(request.expires_at - timedelta(minutes=46))
    assert left.accessibleName() == "46 min left"
    assert left._mark.isVisibleTo(left)
    left.update_at(datetime.now(UTC))
    assert not left._mark.isVisibleTo(left)


def test_control_s_saves_the_current_copies(person, place, downloaded):
    place.window.show_page("staging", with_keyboard=True)
    asked = []
    place.staging.save_asked.disconnect()
    place.staging.save_asked.connect(asked.append)
    person.bot.keyClick(place.staging.view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert asked == [place.staging.model.requests[0]]
