"""The sentences that say what became of a transfer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.errors import InputError, LocalFileError, RefusalError, local_file_error
from app.core.events import FilePacked, FileUploaded, Unreadable, UploadStatus
from app.services.fetch import FetchReport
from app.services.uploads.tally import UploadReport
from app.services.wording import fetch_text, list_text, upload_text

LOCKED = LocalFileError("file-locked", "Another program has it open")


def failed(name, error=LOCKED):
    return FileUploaded(Path("/home/maria") / name, None, UploadStatus.FAILED, 1, error)


def uploaded(*failures, is_cancelled=False, **counts):
    by_status = {UploadStatus[name.upper()]: number for name, number in counts.items()}
    if failures:
        by_status[UploadStatus.FAILED] = len(failures)
    return upload_text(UploadReport(by_status, 0, failures, is_cancelled))


def test_an_upload_is_told_part_by_part():
    assert uploaded(failed("report.pdf"), uploaded=7, kept_both=2) == (
        "7 uploaded, 2 kept as copies, 1 failed: report.pdf is open in another program"
    )
    assert uploaded(uploaded=1200, replaced=1, already_there=2, skipped=3, junk=4, link=5) == (
        "1,200 uploaded, 1 replaced, 2 already there, 3 skipped, 4 left out as system files, 5 left out as links"
    )


def test_an_upload_of_nothing_says_so():
    assert uploaded() == "Nothing uploaded"


def test_a_cancelled_upload_says_what_was_done_before():
    assert uploaded(uploaded=3, is_cancelled=True) == "3 uploaded, then cancelled"
    assert uploaded(is_cancelled=True) == "Nothing uploaded, then cancelled"


def test_of_several_failures_the_first_is_named():
    assert uploaded(failed("a.pdf"), failed("b.pdf"), failed("c.pdf")) == (
        "3 failed: a.pdf is open in another program, and 2 more"
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (local_file_error(FileNotFoundError(), ""), "is gone"),
        (local_file_error(PermissionError(), ""), "can’t be read"),
        (LocalFileError("file-changed", ""), "changed while it was read"),
        (LocalFileError("file-not-here", ""), "is only in the cloud"),
        (InputError("pointer-file", ""), "holds no content, export it first"),
        (InputError("key-too-long", ""), "has too long a name"),
        (InputError("name-not-unicode", ""), "has a name that isn’t readable text"),
        (InputError("name-not-safe", ""), "has a name that can’t be stored"),
        (RefusalError("forbidden", "You don’t have access"), "(You don’t have access)"),
    ],
)
def test_each_failure_has_its_words(error, words):
    assert uploaded(failed("a.pdf", error)) == f"1 failed: a.pdf {words}"


def test_a_strangers_name_shows_what_it_hides():
    assert uploaded(failed("a\u202efdp.exe")) == "1 failed: a‹U+202E›fdp.exe is open in another program"


def fetch_report(files, *missing, unreadable=None):
    failures = tuple(FilePacked(name, name, 1, None, LOCKED) for name in missing)
    return FetchReport(files, failures, 0, Path("/home/maria/a.zip"), 0, "", datetime.now(UTC), unreadable)


def fetched(files, *missing):
    return fetch_text(fetch_report(files, *missing))


def test_a_download_says_where_it_is_or_what_is_missing():
    assert fetched(1) == "1 file saved to a.zip"
    assert fetched(1240) == "1,240 files saved to a.zip"
    assert fetched(141, "plan.pdf") == "141 of 142 files packed. Missing: “plan.pdf”"
    assert fetched(0, "a", "b", "c", "d", "e") == "0 of 5 files packed. Missing: “a”, “b”, “c” and 2 more"


def test_a_list_of_contents_says_why_it_isnt_complete():
    refused = RefusalError("forbidden", "You don’t have access")
    one, other = Unreadable("a\u202e.txt", refused), Unreadable("b.txt", LOCKED)
    begin = "The list of contents isn’t complete: "
    looked = "couldn’t be looked at: “a‹U+202E›.txt” (You don’t have access)"
    assert list_text(fetch_report(3, unreadable=())) == ""
    assert list_text(fetch_report(3, unreadable=(one,))) == f"{begin}1 file {looked}"
    assert list_text(fetch_report(3, unreadable=(one, other))) == f"{begin}2 files {looked} and 1 more"
    assert list_text(fetch_report(1, "b.txt", unreadable=())) == f"{begin}1 file couldn’t be packed"
    assert (
        list_text(fetch_report(1, "b.txt", unreadable=(one,))) == f"{begin}1 file couldn’t be packed; 1 file {looked}"
    )


def test_a_zip_without_one_says_nothing_of_it():
    assert list_text(fetch_report(1, "b.txt")) == ""
