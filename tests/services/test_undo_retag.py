"""Taking a change of tags back."""

from __future__ import annotations

import pytest

from app.core.errors import NothingFoundError, OutageError, RefusalError
from app.core.events import FileRetagged, Progressed
from app.core.job import Job
from app.core.open_transfers import TransferKind
from app.core.tag_edits import RetagRequest, TagEdit, TagsChange
from app.core.tags import TagRules
from app.services.retag import retag
from app.services.undo_retag import go_on_with_undo, last_run, undo_retag
from tests.fakes import Listener, cancel_when
from tests.services.tagged_files import TaggedFiles
from tests.services.test_retag import A_TO_B, request_for


@pytest.fixture
def files(journal):
    """Files of which two were merged from A into B."""
    files = TaggedFiles(
        one={"Tag1": "A", "Tag2": "Tag-value", "Tag3": "C"}, two={"Tag1": "C", "Tag3": "A", "Tag4": "b"}
    )
    retag(request_for(files), files, journal, Job())
    assert files.tags["two"] == {"Tag1": "C", "Tag3": "B"}
    files.puts.clear()
    return files


def undo(files, journal, listener=None):
    listener = listener or Listener()
    report = undo_retag(last_run(journal), files, journal, listener.job)
    return report, {event.key: event for event in listener.of(FileRetagged)}


def test_every_file_gets_the_values_back_that_it_had_under_the_same_keys(files, journal):
    report, _ = undo(files, journal)
    assert files.tags["one"] == {"Tag1": "A", "Tag2": "Tag-value", "Tag3": "C"}
    assert files.tags["two"] == {"Tag1": "C", "Tag3": "A", "Tag4": "b"}
    assert (report.retagged, report.unchanged, report.failures) == (2, 0, ())


def test_tags_that_other_programs_set_since_stay(files, journal):
    files.tags["one"]["Scanner"] = "clean"
    undo(files, journal)
    assert files.tags["one"] == {"Tag1": "A", "Tag2": "Tag-value", "Tag3": "C", "Scanner": "clean"}


def test_a_file_whose_values_somebody_changed_since_is_named_and_left_alone(files, journal):
    files.tags["one"]["Tag5"] = "D"
    report, told = undo(files, journal)
    assert [failure.key for failure in report.failures] == ["one"]
    assert str(told["one"].error) == "one: Someone changed its tags since. It was left as it is."
    assert files.tags["one"] == {"Tag1": "B", "Tag2": "Tag-value", "Tag3": "C", "Tag5": "D"}
    assert report.retagged == 1


def test_then_the_run_before_is_the_last_one(files, journal):
    retag(request_for(files, TagEdit(None, "D"), keys=["one"]), files, journal, Job())
    assert [run.files for run in journal.runs()] == [1, 2]
    undo(files, journal)
    assert last_run(journal).edits == (A_TO_B,)
    undo(files, journal)
    with pytest.raises(NothingFoundError) as caught:
        last_run(journal)
    assert str(caught.value) == ("There is nothing to undo. Only changes made on this computer can be undone here.")


def test_what_failed_can_be_tried_again_and_what_somebody_changed_or_deleted_is_over(files, journal):
    files.tags["three"] = {"Tag1": "A"}
    retag(request_for(files, keys=["three"]), files, journal, Job())
    undo(files, journal)
    files.refuses["one"] = RefusalError("forbidden", "You don’t have access", "", "one")
    del files.tags["two"]
    report, _ = undo(files, journal)
    assert {failure.key for failure in report.failures} == {"one", "two"}
    assert last_run(journal).files == 1
    files.refuses.clear()
    report, _ = undo(files, journal)
    assert (report.retagged, files.tags["one"]["Tag1"], journal.runs()) == (1, "A", ())


@pytest.fixture
def broken_off(files, journal):
    """Let an undo be broken off when one of two files has its values back."""
    files.unanswered["two"] = False
    report, _ = undo(files, journal)
    assert (report.retagged, len(report.failures), report.is_open) == (1, 1, True)
    return report.run_id


def test_what_an_outage_left_in_the_middle_is_gone_on_with(broken_off, files, journal):
    (left,) = journal.open_transfers()
    assert (left.id, left.kind, left.files, left.files_left) == (broken_off, TransferKind.UNDO, 2, 1)
    with pytest.raises(OutageError):
        go_on_with_undo(left.id, files, journal, Job())
    assert [transfer.id for transfer in journal.open_transfers()] == [broken_off]
    files.unanswered.clear()
    assert go_on_with_undo(left.id, files, journal, Job()).retagged == 1
    assert files.tags["two"] == {"Tag1": "C", "Tag3": "A", "Tag4": "b"}
    assert (journal.open_transfers(), journal.runs()) == ((), ())


def test_it_can_be_undone_once_more_instead(broken_off, files, journal):
    files.unanswered.clear()
    report, _ = undo(files, journal)
    assert (report.retagged, journal.open_transfers(), journal.runs()) == (1, (), ())


def test_an_outage_before_anything_was_undone_leaves_nothing_open(files, journal):
    files.unanswered["one"] = False
    with pytest.raises(OutageError):
        undo(files, journal)
    assert (journal.open_transfers(), last_run(journal).files) == ((), 2)


def test_files_that_a_killed_run_never_wrote_are_left_as_they_are(journal):
    files = TaggedFiles(written={"Tag1": "B"}, planned={"Tag1": "A"})
    record = journal.begin(RetagRequest((), (A_TO_B,), TagRules("Tag1", ("Tag3",))))
    record.planned([TagsChange(key, {"Tag1": "A"}, {"Tag1": "B"}) for key in files.tags])
    record.leave()
    report, _ = undo(files, journal)
    assert (report.retagged, report.unchanged, report.failures) == (1, 1, ())
    assert files.tags == {"written": {"Tag1": "A"}, "planned": {"Tag1": "A"}}
    assert [key for key, _ in files.puts] == ["written"]
    assert journal.runs() == ()


def test_a_file_that_had_no_tag_has_none_again(journal):
    files = TaggedFiles(bare={"Scanner": "clean"})
    retag(request_for(files, TagEdit(None, "A")), files, journal, Job())
    undo(files, journal)
    assert files.tags["bare"] == {"Scanner": "clean"}


def test_what_a_cancel_left_can_be_undone_later(journal):
    files = TaggedFiles(**{f"f{n:04}": {"Tag1": "A"} for n in range(1200)})
    retag(request_for(files), files, journal, Job())
    listener = cancel_when(lambda event: isinstance(event, Progressed) and event.files == 600)
    report, told = undo(files, journal, listener)
    assert report.is_cancelled
    assert last_run(journal).files == 1200 - len(told)
    report, _ = undo(files, journal)
    assert report.retagged == 1200 - len(told)
    assert {tags["Tag1"] for tags in files.tags.values()} == {"A"}


def test_somebody_who_writes_over_the_undo_in_the_same_moment_loses_nothing(files, journal):
    theirs = {**files.tags["one"], "Scanner": "clean"}
    files.then("written", "one", lambda: files.tags.update(one=theirs))
    report, _ = undo(files, journal)
    assert report.retagged == 2
    assert files.tags["one"] == {"Tag1": "A", "Tag2": "Tag-value", "Tag3": "C", "Scanner": "clean"}
