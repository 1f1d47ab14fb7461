import pytest
from PySide6.QtCore import Qt

from app.core.job import CancelToken, Job
from app.services.retag import carriers_of
from app.ui.find.retag_sheet import RetagSheet
from app.ui.find.unreadable_sheet import FailuresSheet


def tags(boto, buckets, key):
    return {tag["Key"]: tag["Value"] for tag in boto.get_object_tagging(Bucket=buckets.storage, Key=key)["TagSet"]}


def sheet(person, kind=RetagSheet):
    person.wait(lambda: any(found.isVisible() for found in person.place.window.findChildren(kind)))
    return next(found for found in person.place.window.findChildren(kind) if found.isVisible())


def said(person, text):
    person.wait(lambda: person.place.find.bar._scope.text() == text)


@pytest.fixture
def found(person, stored, boto, buckets):
    foreign = [{"Key": "Scanner", "Value": "clean"}, {"Key": "Tag1", "Value": "Invoice"}, {"Key": "Tag3", "Value": "X"}]
    boto.put_object_tagging(Bucket=buckets.storage, Key="c.pdf", Tagging={"TagSet": foreign})
    person.finds("Invoice")
    person.place.find.table.setFocus()
    return person


def adds_signed(person):
    person.bot.keyClick(person.place.find.table, Qt.Key.Key_F2)
    opened = sheet(person)
    person.types(opened.field, "Signed")
    person.bot.keyClick(opened.field.focusProxy(), Qt.Key.Key_Return)


def test_by_keyboard_alone_tags_are_added_and_undone_and_foreign_ones_stay(found, boto, buckets):
    adds_signed(found)
    said(found, "Tags of 3 files changed.")
    assert tags(boto, buckets, "b.pdf") == {"Tag1": "invoice", "Tag3": "Signed"}
    assert tags(boto, buckets, "c.pdf") == {"Scanner": "clean", "Tag1": "Invoice", "Tag3": "X", "Tag4": "Signed"}
    model = found.place.find.model
    assert all("Signed" in model.file_at(row).values for row in range(3))
    found.bot.keyClick(found.place.find.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    said(found, "Tags of 3 files restored.")
    assert tags(boto, buckets, "b.pdf") == {"Tag1": "invoice"}
    assert tags(boto, buckets, "c.pdf") == {"Scanner": "clean", "Tag1": "Invoice", "Tag3": "X"}


def test_a_file_that_failed_is_named_and_tried_again(found, boto, buckets):
    boto.delete_object(Bucket=buckets.storage, Key="b.pdf")
    adds_signed(found)
    failures = sheet(found, FailuresSheet)
    assert failures.table.model().index(0, 0).data() == "b.pdf"
    boto.put_object(Bucket=buckets.storage, Key="b.pdf", Body=b"x", Tagging="Tag1=invoice")
    found.presses(failures.confirm)
    said(found, "Tags of 1 file changed.")
    assert tags(boto, buckets, "b.pdf") == {"Tag1": "invoice", "Tag3": "Signed"}


def test_what_cannot_be_undone_is_told(found, boto, buckets):
    adds_signed(found)
    said(found, "Tags of 3 files changed.")
    boto.put_object_tagging(
        Bucket=buckets.storage, Key="b.pdf", Tagging={"TagSet": [{"Key": "Tag1", "Value": "Other"}]}
    )
    found.presses(found.place.find.bar.note)
    failures = sheet(found, FailuresSheet)
    assert failures.table.model().index(0, 1).data() == "Someone changed its tags since"
    assert tags(boto, buckets, "b.pdf") == {"Tag1": "Other"}


def test_a_refused_tag_disables_the_change(found):
    found.bot.keyClick(found.place.find.table, Qt.Key.Key_F2)
    opened = sheet(found)
    assert not opened.confirm.isEnabled()
    found.bot.keyClicks(opened.field.focusProxy(), "a*")
    assert not opened.confirm.isEnabled()
    assert opened.accessibleName() == "Retag 3 files"
    assert opened.field.accessibleName() == "Tags on all 3 files"


def test_tags_in_use_complete_above_the_sheet(found):
    found.wait(lambda: found.place.tags.vocabulary.known("Lot 3"))
    found.bot.keyClick(found.place.find.table, Qt.Key.Key_F2)
    opened = sheet(found)
    edit, popup, window = opened.field.focusProxy(), opened.field.completing.popup, found.place.window
    found.bot.keyClicks(edit, "lo")
    found.wait(popup.isVisible)
    assert popup.isAncestorOf(window.childAt(popup.mapTo(window, popup.rect().center())))
    found.bot.keyClick(edit, Qt.Key.Key_Escape)
    assert (popup.isVisible(), opened.isVisible()) == (False, True)
    found.bot.keyClick(edit, Qt.Key.Key_Down)
    found.bot.keyClick(edit, Qt.Key.Key_Tab)
    assert opened.field.values() == ("Invoice", "Lot 3")
    with found.bot.waitSignal(popup.destroyed):
        opened.reject()


def test_the_tags_in_use_and_the_index_follow_at_once(found):
    adds_signed(found)
    said(found, "Tags of 3 files changed.")
    found.wait(lambda: found.place.tags.vocabulary.known("signed") == "Signed")
    carriers = carriers_of("Signed", found.place.services.from_index, Job(CancelToken()))
    assert [match.stored.key for match in carriers.files] == ["b.pdf", "c.pdf", "north/a.pdf"]
