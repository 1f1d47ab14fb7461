"""Changing tags: what becomes of each file, whatever others do in the same moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.errors import InputError, LocalFileError, OutageError, RefusalError, SignInError
from app.core.events import FileRetagged, Match, Matches, Progressed, RetagStatus, Scanned
from app.core.job import Job
from app.core.objects import StoredObject
from app.core.open_transfers import TransferKind
from app.core.search_report import SearchReport
from app.core.tag_edits import RetagRequest, TagEdit, TagsChange
from app.core.tags import TagRules
from app.journal.file import JournalFile
from app.journal.retags import Retags
from app.services.retag import carriers_of, foresee, go_on_with_retag, retag
from app.services.undo_retag import last_run, undo_retag
from tests.fakes import Listener, MovedClock, cancel_when
from tests.services.tagged_files import OUTAGE, TaggedFiles

RULES = TagRules()
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
A_TO_B = TagEdit("A", "B")
FORBIDDEN = RefusalError("forbidden", "You don’t have access", "", "two")


def seen(key, tags):
    return Match(StoredObject(key, 1, NOON, "e"), tags, RULES.values(tags))


def request_for(files: TaggedFiles, *edits, keys=None, rules=RULES):
    matches = tuple(seen(key, dict(tags)) for key, tags in files.tags.items() if keys is None or key in keys)
    return RetagRequest(matches, edits or (A_TO_B,), rules)


def run(files, journal, *edits, request=None, listener=None):
    """Retag and return the report and what was told of each file, by key."""
    listener = listener or Listener()
    report = retag(request or request_for(files, *edits), files, journal, listener.job)
    told = listener.of(FileRetagged)
    assert len(told) == len({event.key for event in told})
    assert len(told) == report.retagged + report.unchanged + len(report.failures)
    return report, {event.key: event for event in told}


def status_of(told):
    return {key: event.status.value for key, event in told.items()}


def undoable(journal):
    return {change.key: change for run in journal.runs() for change in journal.changes(run.id)}


def test_only_the_value_changes_and_other_tags_stay(journal):
    files = TaggedFiles(one={"Tag1": "A", "Tag2": "Tag-value", "Tag3": "C", "Scanner": "clean"}, two={"Tag1": "C"})
    report, told = run(files, journal)
    assert files.tags["one"] == {"Tag1": "B", "Tag2": "Tag-value", "Tag3": "C", "Scanner": "clean"}
    assert status_of(told) == {"one": "retagged", "two": "unchanged"}
    assert told["one"].tags == files.tags["one"]
    assert [key for key, _ in files.puts] == ["one"]
    assert (report.retagged, report.unchanged, report.failures, report.is_cancelled) == (1, 1, (), False)


def test_progress_is_told_up_to_the_last_file(journal):
    files = TaggedFiles(**{f"f{n}": {"Tag1": "A"} for n in range(1200)})
    listener = Listener()
    report, _ = run(files, journal, listener=listener)
    assert report.retagged == 1200
    assert [event.files for event in listener.of(Progressed)] == list(range(1201))
    assert {event.files_total for event in listener.of(Progressed)} == {1200}


def test_what_cannot_be_done_to_a_file_is_said_of_that_file(journal):
    full = {"Tag1": "A", **{f"Other{n}": "x" for n in range(9)}}
    files = TaggedFiles(full=full, good={"Tag1": "A"})
    report, told = run(files, journal, TagEdit(None, "New"))
    assert status_of(told) == {"full": "failed", "good": "retagged"}
    assert str(report.failures[0].error) == (
        "full: It has no room for another tag. The storage keeps 10 for each file, those of other programs included."
    )
    assert files.tags["full"] == full


def test_a_value_that_the_organisation_forbids_changes_nothing(journal):
    files = TaggedFiles(one={"Tag1": "A"})
    rules = TagRules(forbidden_pattern=r"\d{6}", organization="Example Ltd")
    with pytest.raises(InputError, match="Example Ltd doesn’t allow this tag"):
        run(files, journal, request=request_for(files, TagEdit("A", "id 123456"), rules=rules))
    assert (files.puts, journal.runs()) == ([], ())


def test_a_file_is_changed_as_it_is_now_not_as_it_was_seen(journal):
    files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"}, three={"Tag1": "A"})
    request = request_for(files)
    files.tags["one"] = {"Tag1": "New first", "Tag3": "A", "Scanner": "clean"}
    files.tags["two"] = {"Tag1": "C"}
    del files.tags["three"]
    _, told = run(files, journal, request=request)
    assert files.tags["one"] == {"Tag1": "New first", "Tag3": "B", "Scanner": "clean"}
    assert files.tags["two"] == {"Tag1": "C"}
    assert status_of(told) == {"one": "retagged", "two": "unchanged", "three": "failed"}
    assert told["three"].error.code == "gone"
    assert undoable(journal) == {
        "one": TagsChange("one", {"Tag1": "New first", "Tag3": "A"}, {"Tag1": "New first", "Tag3": "B"})
    }


class TestSomebodyElseWhoWritesInTheSameMoment:
    def test_over_ours_loses_nothing_and_takes_nothing_away(self, journal):
        files = TaggedFiles(one={"Tag1": "A", "Tag3": "C"})
        files.then("written", "one", lambda: files.tags.update(one={"Tag1": "A", "Tag3": "C", "Scanner": "clean"}))
        _, told = run(files, journal)
        assert files.tags["one"] == {"Tag1": "B", "Tag3": "C", "Scanner": "clean"}
        assert told["one"].tags == files.tags["one"]
        assert status_of(told) == {"one": "retagged"}

    def test_after_ours_is_left_alone(self, journal):
        files = TaggedFiles(one={"Tag1": "A"})
        files.then("written", "one", lambda: files.tags["one"].update(Scanner="clean"))
        _, told = run(files, journal)
        assert told["one"].tags == files.tags["one"] == {"Tag1": "B", "Scanner": "clean"}
        assert len(files.puts) == 1

    def test_again_and_again_is_told_as_a_failure(self, journal):
        files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"})
        for number in range(2):
            files.then("written", "one", lambda number=number: files.tags.update(one={"Tag1": "A", "N": str(number)}))
        report, told = run(files, journal)
        assert status_of(told) == {"two": "retagged", "one": "failed"}
        assert str(report.failures[0].error) == (
            "one: Someone else is changing its tags at this moment. Try again in a moment."
        )
        assert files.tags["one"] == {"Tag1": "A", "N": "1"}
        assert set(undoable(journal)) == {"two"}

    def test_is_what_an_undo_would_put_back(self, journal):
        files = TaggedFiles(one={"Tag1": "A"})
        files.then("written", "one", lambda: files.tags.update(one={"Tag1": "A", "Tag3": "Theirs"}))
        run(files, journal)
        (change,) = undoable(journal).values()
        assert change == TagsChange("one", {"Tag1": "A", "Tag3": "Theirs"}, {"Tag1": "B", "Tag3": "Theirs"})


class TestTheJournal:
    def test_knows_a_file_before_it_is_written(self, journal):
        files = TaggedFiles(one={"Tag1": "A", "Tag2": "Tag-value"})
        known = []
        files.then("read", "one", lambda: known.append(undoable(journal)))
        run(files, journal)
        assert known == [{"one": TagsChange("one", {"Tag1": "A"}, {"Tag1": "B"})}]

    def test_keeps_nothing_of_files_that_were_not_changed(self, journal):
        files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"}, three={"Tag1": "C"})
        files.refuses["two"] = FORBIDDEN
        run(files, journal)
        assert set(undoable(journal)) == {"one"}

    def test_that_cannot_be_written_lets_nothing_be_changed(self, tmp_path):
        (tmp_path / "journal").write_bytes(b"in the way")
        files = TaggedFiles(one={"Tag1": "A"})
        journal = Retags(JournalFile(tmp_path / "journal" / "file"), "test/files", MovedClock())
        with pytest.raises(LocalFileError):
            run(files, journal)
        assert files.puts == []

    def test_is_not_touched_where_nothing_changes(self, journal, tmp_path):
        files = TaggedFiles(one={"Tag1": "C"})
        run(files, journal)
        assert not (tmp_path / "journal").exists()


def test_a_refusal_is_said_of_that_file_and_the_rest_goes_on(journal):
    files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"}, three={"Tag1": "A"})
    files.refuses["two"] = FORBIDDEN
    report, told = run(files, journal)
    assert status_of(told) == {"one": "retagged", "two": "failed", "three": "retagged"}
    assert report.failures[0].error is FORBIDDEN
    assert (report.is_open, journal.open_transfers()) == (False, ())


class TestAnOutage:
    def test_before_anything_was_changed_is_raised(self, journal):
        files = TaggedFiles(one={"Tag1": "A"})
        files.unanswered["one"] = False
        with pytest.raises(OutageError):
            run(files, journal)
        assert journal.open_transfers() == ()

    def test_in_the_middle_keeps_what_was_done_and_names_the_rest(self, journal):
        files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"}, three={"Tag1": "A"})
        files.unanswered["two"] = False
        report, told = run(files, journal)
        assert status_of(told) == {"one": "retagged", "two": "failed", "three": "failed"}
        assert report.failures[1].error.title == OUTAGE.title
        assert report.failures[1].error.target == "three"

    def test_that_swallows_an_answer_is_looked_into(self, journal):
        files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"})
        files.unanswered["two"] = True
        _, told = run(files, journal)
        assert status_of(told) == {"one": "retagged", "two": "retagged"}
        assert set(undoable(journal)) == {"one", "two"}

    @pytest.mark.parametrize("error", [OUTAGE, SignInError("signed-out", "You were signed out")])
    def test_or_a_session_that_ended_leaves_the_rest_to_be_gone_on_with_and_undone_as_a_whole(self, journal, error):
        files = TaggedFiles(**{key: {"Tag1": "A"} for key in ("one", "refused", "three", "four")})
        files.refuses["refused"] = FORBIDDEN
        files.unanswered["three"], files.ends_in = False, error
        report, _ = run(files, journal)
        (left,) = journal.open_transfers()
        assert (report.is_open, left.id) == (True, report.run_id)
        assert (left.kind, left.files, left.files_left) == (TransferKind.RETAG, 4, 2)

        files.unanswered.clear()
        files.refuses.clear()
        files.puts.clear()
        report = go_on_with_retag(left.id, files, journal, Job())
        assert (report.retagged, report.failures, report.is_open) == (2, (), False)
        assert {key for key, _ in files.puts} == {"three", "four"}
        assert journal.open_transfers() == ()
        undo_retag(last_run(journal), files, journal, Job())
        assert {tags["Tag1"] for tags in files.tags.values()} == {"A"}

    def test_that_is_not_over_yet_leaves_it_open_once_more(self, journal):
        files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"})
        files.unanswered["two"] = False
        report, _ = run(files, journal)
        with pytest.raises(OutageError):
            go_on_with_retag(report.run_id, files, journal, Job())
        (left,) = journal.open_transfers()
        assert (left.id, left.files_left) == (report.run_id, 1)

    def test_of_one_file_alone_leaves_that_one(self, journal):
        files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"}, three={"Tag1": "A"})
        files.refuses["two"] = OUTAGE
        report, told = run(files, journal)
        assert status_of(told) == {"one": "retagged", "two": "failed", "three": "retagged"}
        (left,) = journal.open_transfers()
        assert (report.is_open, left.files_left) == (True, 1)

    def test_before_a_cancel_leaves_nothing(self, journal):
        files = TaggedFiles(one={"Tag1": "A"}, two={"Tag1": "A"})
        files.refuses["one"] = OUTAGE
        files.then("written", "two", lambda: listener.job.cancel.cancel())
        listener = Listener()
        report, _ = run(files, journal, listener=listener)
        assert (report.is_cancelled, report.is_open, len(report.failures)) == (True, False, 1)
        assert journal.open_transfers() == ()


def test_a_cancel_keeps_what_was_acknowledged_and_says_how_many(journal):
    files = TaggedFiles(**{f"f{n:04}": {"Tag1": "A"} for n in range(1200)})
    listener = cancel_when(lambda event: isinstance(event, Progressed) and event.files == 600)
    report, told = run(files, journal, listener=listener)
    changed = {key for key, tags in files.tags.items() if tags["Tag1"] == "B"}
    assert report.is_cancelled
    assert 600 <= report.retagged < 1200
    assert set(told) == changed == set(undoable(journal))


class OneSearch:
    """A catalog that finds these files."""

    def __init__(self, *news) -> None:
        self._news = news

    def search(self, query, job: Job) -> SearchReport:
        self.query = query
        for event in self._news:
            job.events(event)
        return SearchReport(2, 5, 0, True, "index", NOON)


def test_files_are_counted_before_they_are_changed_without_those_that_are_uncertain():
    catalog = OneSearch(
        Matches((seen("b", {"Tag1": "A"}), seen("gone", {"Tag1": "A"})), is_certain=False),
        Matches((seen("b", {"Tag1": "A", "Tag3": "C"}), seen("a", {"Tag1": "A"}))),
        Scanned(2, 5, 5),
    )
    listener = Listener()
    found = carriers_of("A", catalog, listener.job)
    assert [(match.stored.key, match.values) for match in found.files] == [("a", ("A",)), ("b", ("A", "C"))]
    assert catalog.query.describe() == "A"
    assert listener.of(Scanned) == [Scanned(2, 5, 5)]
    assert found.search.is_complete


def test_what_would_become_of_files_is_told_without_asking_anybody():
    files = TaggedFiles(
        one={"Tag1": "A", "X": "y"}, two={"Tag1": "C"}, full={"Tag1": "A", **{f"Other{n}": "x" for n in range(10)}}
    )
    outcomes = {outcome.key: outcome for outcome in foresee(request_for(files))}
    assert status_of(outcomes) == {"one": "retagged", "two": "unchanged", "full": "failed"}
    assert outcomes["one"].tags == {"Tag1": "B", "X": "y"}
    assert outcomes["full"].error.code == "tags-full"
    assert files.puts == []
    assert outcomes["one"].status is RetagStatus.RETAGGED
