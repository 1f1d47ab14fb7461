"""`tagdrop resume` with several uploads of which not all can go on."""

from __future__ import annotations

import pytest

from tests import proxy as faults
from tests.server import keys_in

KEYS_REFUSED = faults.answer(403, "SignatureDoesNotMatch")


@pytest.fixture
def interrupted(tagdrop, proxy, tmp_path):
    """Break two uploads off before anything of them arrived."""
    proxy.on(faults.puts_object, KEYS_REFUSED)
    for name in ("first.txt", "second.txt"):
        (tmp_path / name).write_text(name)
        assert tagdrop("upload", "--tag", "A", tmp_path / name).code == 4
    proxy.forget()
    assert len(tagdrop("transfers", "--json").of("transfer")) == 2


def test_what_was_done_is_told_before_the_error(interrupted, tagdrop, proxy, boto, buckets):
    proxy.on(faults.of_key("second.txt", faults.puts_object), faults.hang_up)
    ended = tagdrop("resume")
    assert ended.code == 5
    assert keys_in(boto, buckets.storage) == ["first.txt"]
    assert ended.stderr.index("1 uploaded") < ended.stderr.index("No connection")


def test_an_error_line_comes_instead_of_the_summary(interrupted, tagdrop, proxy):
    proxy.on(faults.of_key("second.txt", faults.puts_object), KEYS_REFUSED)
    ended = tagdrop("resume", "--json")
    assert ended.code == 4
    assert ended.lines[0]["status"] == "uploaded"
    assert ended.lines[-1]["event"] == "error"
    assert ended.of("summary") == []


def test_nothing_is_told_as_done_where_the_first_one_fails(interrupted, tagdrop, proxy):
    proxy.on(faults.puts_object, KEYS_REFUSED)
    ended = tagdrop("resume")
    assert ended.code == 4
    assert "uploaded" not in ended.stderr
