"""The checksum of a member from those of its pieces."""

from __future__ import annotations

import zlib

import pytest

from app.core.zip_plan import Span
from app.services.cloud_zipping.checksums import MemberChecksums

CONTENT = bytes(range(200))
WHOLE = zlib.crc32(CONTENT)
PIECES = [Span(0, 0, 50), Span(0, 50, 51), Span(0, 51, 200)]


def noted(kept, pieces=PIECES, tells=lambda span: zlib.crc32(CONTENT[span.start : span.end])):
    checksums = MemberChecksums([len(CONTENT)], [kept])
    for span in pieces:
        checksums.note(span, tells(span))
    return checksums


@pytest.mark.parametrize("pieces", [PIECES, PIECES[::-1], [PIECES[1], PIECES[2], PIECES[0]]])
def test_pieces_come_in_any_order(pieces):
    assert noted(None, pieces).of(0) == WHOLE


def test_a_member_is_complete_when_every_piece_is_there():
    assert [noted(None, PIECES[:count]).is_complete(0) for count in (1, 2, 3)] == [False, False, True]


def test_another_checksum_than_the_kept_one_is_noticed():
    assert noted(WHOLE).agree(0)
    assert not noted(WHOLE ^ 1).agree(0)


def test_the_kept_one_stands_in_where_the_storage_tells_none_of_a_piece():
    silent = noted(WHOLE, tells=lambda span: None)
    assert (silent.of(0), silent.agree(0)) == (WHOLE, True)
    assert noted(None, tells=lambda span: None).of(0) is None


def test_an_empty_member_has_that_of_nothing():
    checksums = MemberChecksums([0], [None])
    assert (checksums.of(0), checksums.is_complete(0)) == (0, True)
