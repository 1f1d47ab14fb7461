"""ZIPs that say one thing to one program and another to the next are refused; those that Tagdrop makes never are."""

from __future__ import annotations

import io
import os
import random
import shutil
import stat
import struct
import subprocess
import time
import tracemalloc
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from app.core.errors import IntegrityError
from app.core.job import Job
from app.core.zip_plan import Source, directory_records, plan_zip
from app.core.zipformat import STORED, Member, central_header, end_records, local_header
from app.services.zipping.layout import MAX_DIRECTORY_BYTES, MAX_MEMBERS
from app.services.zipping.trust import contents_are_sound, trusted_members
from app.services.zipping.writer import ZipWriter, pack

TIME = datetime(2026, 11, 24, 9, 14, 2, tzinfo=UTC)
CONTENTS = {"a.txt": b"the same line again\n" * 20, "Größe.jpg": bytes(range(256)), "leer": b""}
CONTRADICTS = (
    "Site.zip: This ZIP isn’t one that Tagdrop made. It contradicts itself, so that some programs would unpack other"
    " files than it lists. Nothing was saved; tell IT who sent the link."
)


def written(contents=CONTENTS):
    stream = io.BytesIO()
    writer = ZipWriter(stream)
    for name, content in contents.items():
        writer.add(name, TIME, pack(name, content))
    writer.finish()
    return stream.getvalue()


def stored(name, content, offset=0):
    return Member(name, TIME, STORED, zlib.crc32(content), len(content), len(content), offset, False)


def laid_out(*pieces, listed, members=None, tail=b""):
    """Return an archive of these bytes, with a directory of these records behind them."""
    body, records = b"".join(pieces), b"".join(listed)
    return body + records + end_records(members or len(listed), len(body), len(records)) + tail


def with_field(record, position, value):
    """Return a record with other bytes at a position."""
    return record[:position] + value + record[position + len(value) :]


def refusal(content):
    with pytest.raises(IntegrityError) as raised:
        trusted_members(io.BytesIO(content), "Site.zip")
    assert not contents_are_sound(io.BytesIO(content), 0, Job())
    return str(raised.value)


def names_in_stream(content):
    """Return what a program sees that reads from the beginning and looks at no directory."""
    found, position = {}, 0
    while content[position : position + 4] == b"PK\x03\x04":
        flags, method, _, _, crc32, packed, size, name_bytes, extra_bytes = struct.unpack_from(
            "<HHHHIIIHH", content, position + 6
        )
        start = position + 30 + name_bytes + extra_bytes
        name = content[position + 30 : position + 30 + name_bytes].decode("utf-8" if flags & 0x800 else "cp437")
        found[name] = (method, crc32, size, content[start : start + packed])
        position = start + packed
    return found


A, B = b"A" * 40, b"B" * 50
FIRST = stored("a.txt", A)
FIRST_BYTES = local_header(FIRST) + A
SECOND = stored("b.txt", B, len(FIRST_BYTES))
SECOND_BYTES = local_header(SECOND) + B
LISTED = central_header(FIRST), central_header(SECOND)
UNICODE_PATH = struct.pack("<HHBI", 0x7075, 12, 1, zlib.crc32(b"a.txt")) + b"../evil"


def with_extra(record, extra, *, is_local):
    """Return a record with one more extra field at its end; it has no comment, and FIRST's content isn't behind it."""
    position = 28 if is_local else 30
    size = struct.unpack_from("<H", record, position)[0]
    return with_field(record, position, struct.pack("<H", size + len(extra))) + extra


def test_the_pieces_of_the_tables_make_an_archive_that_passes():
    """Otherwise what they change might not be why they are refused."""
    content = laid_out(FIRST_BYTES, SECOND_BYTES, listed=LISTED)
    assert [member.filename for member in trusted_members(io.BytesIO(content), "Site.zip")] == ["a.txt", "b.txt"]
    assert contents_are_sound(io.BytesIO(content), 2, Job())


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(with_field(local_header(FIRST), 0, b"PK\x07\x08"), id="signature"),
        pytest.param(with_field(local_header(FIRST), 30, b"z.exe"), id="name"),
        pytest.param(with_field(local_header(FIRST), 6, b"\0\0"), id="encoding of the name"),
        pytest.param(with_field(local_header(FIRST), 6, b"\x08\x08"), id="data descriptor"),
        pytest.param(with_field(local_header(FIRST), 6, b"\x01\x08"), id="encrypted"),
        pytest.param(with_field(local_header(FIRST), 8, b"\x08\0"), id="method"),
        pytest.param(with_field(local_header(FIRST), 14, b"\0\0\0\0"), id="CRC"),
        pytest.param(with_field(local_header(FIRST), 18, b"\x10\0\0\0"), id="packed size"),
        pytest.param(with_field(local_header(FIRST), 22, b"\x10\0\0\0"), id="size"),
        pytest.param(with_field(local_header(FIRST), 18, b"\xff" * 8), id="sizes that are nowhere"),
        pytest.param(with_extra(local_header(FIRST), UNICODE_PATH, is_local=True), id="a second name"),
        pytest.param(
            with_extra(
                with_field(local_header(FIRST), 18, b"\x10\0\0\0"),
                struct.pack("<HHQQ", 1, 16, 40, 40),
                is_local=True,
            ),
            id="sizes twice",
        ),
        pytest.param(with_extra(local_header(FIRST), b"UT\0\0", is_local=True), id="an extra field twice"),
        pytest.param(with_extra(local_header(FIRST), b"UT", is_local=True), id="half an extra field"),
        pytest.param(with_extra(local_header(FIRST), b"UT\x05\0\0", is_local=True), id="an extra field that is cut"),
    ],
)
def test_a_local_header_that_differs_from_the_directory_is_refused(header):
    second = replace(SECOND, offset=len(header + A))
    content = laid_out(header, A, SECOND_BYTES, listed=[LISTED[0], central_header(second)])
    assert refusal(content) == CONTRADICTS


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(with_field(LISTED[0], 8, b"\x01\x08"), id="encrypted"),
        pytest.param(with_field(LISTED[0], 20, b"\x10\0\0\0"), id="packed size"),
        pytest.param(with_field(LISTED[0], 24, b"\x10\0\0\0"), id="size"),
        pytest.param(with_field(LISTED[0], 34, b"\1\0"), id="another disk"),
        pytest.param(with_field(LISTED[0], 32, b"\1\0") + b"c", id="comment"),
        pytest.param(with_field(LISTED[0], 38, struct.pack("<I", (stat.S_IFLNK | 0o777) << 16)), id="link"),
        pytest.param(with_field(LISTED[0], 38, struct.pack("<I", (stat.S_IFREG | 0o4755) << 16)), id="set-user-id"),
        pytest.param(with_extra(LISTED[0], UNICODE_PATH, is_local=False), id="a second name"),
        pytest.param(with_extra(LISTED[0], struct.pack("<HHQ", 1, 8, 40), is_local=False), id="size twice"),
    ],
)
def test_a_directory_that_says_more_than_ours_is_refused(record):
    assert refusal(laid_out(FIRST_BYTES, SECOND_BYTES, listed=[record, LISTED[1]])) == CONTRADICTS


@pytest.mark.parametrize(
    ("position", "value"),
    [
        pytest.param(6, b"\x08\x08", id="data descriptors"),
        pytest.param(6, b"\x01\x08", id="encrypted"),
        pytest.param(8, b"\x0c\0", id="a method of other programs"),
        pytest.param(22, b"\x04\0\0\0", id="more stored than there is"),
    ],
)
def test_what_ours_never_say_is_refused_though_header_and_directory_agree(position, value):
    local = with_field(local_header(FIRST), position, value)
    listed = with_field(LISTED[0], position + 2, value)  # 4.3.12 has another version before these
    assert refusal(laid_out(local, A, SECOND_BYTES, listed=[listed, LISTED[1]])) == CONTRADICTS


def test_a_name_that_is_another_one_in_each_code_page_is_refused():
    umlaut = stored("Größe.jpg", A)
    local, listed = local_header(umlaut), central_header(umlaut)
    assert refusal(laid_out(with_field(local, 6, b"\0\0"), A, listed=[with_field(listed, 8, b"\0\0")])) == CONTRADICTS


@pytest.mark.parametrize("position", [28, 30, 32], ids=["name", "extra field", "comment"])
def test_a_record_that_goes_on_beyond_the_directory_is_refused(position):
    cut = with_field(LISTED[1], 30, b"\0\0")[: 46 + len("b.txt")]
    longer = with_field(cut, position, struct.pack("<H", cut[position] + 4))
    assert trusted_members(io.BytesIO(laid_out(FIRST_BYTES, SECOND_BYTES, listed=[LISTED[0], cut])), "Site.zip")
    assert refusal(laid_out(FIRST_BYTES, SECOND_BYTES, listed=[LISTED[0], longer])) == CONTRADICTS


def moved(by, *members):
    return [central_header(replace(member, offset=member.offset + by)) for member in members]


HIDDEN = local_header(stored("../.bashrc", b"harm")) + b"harm"
QUOTED = stored("a.txt", local_header(SECOND) + B)  # its content is the other member: one kernel, counted twice
LAYOUTS = {
    "before the first member": laid_out(b"#!/bin/sh\n", FIRST_BYTES, SECOND_BYTES, listed=moved(10, FIRST, SECOND)),
    "offsets without what is before": b"#!" + laid_out(FIRST_BYTES, SECOND_BYTES, listed=LISTED),
    "a member that isn’t listed first": laid_out(HIDDEN, FIRST_BYTES, listed=moved(len(HIDDEN), FIRST)),
    "one between": laid_out(FIRST_BYTES, HIDDEN, SECOND_BYTES, listed=[LISTED[0], *moved(len(HIDDEN), SECOND)]),
    "one at the end": laid_out(FIRST_BYTES, HIDDEN, listed=LISTED[:1]),
    "a byte between": laid_out(FIRST_BYTES, b"\0", SECOND_BYTES, listed=[LISTED[0], *moved(1, SECOND)]),
    "a byte before the directory": laid_out(FIRST_BYTES, SECOND_BYTES, b"\0", listed=LISTED),
    "another order": laid_out(FIRST_BYTES, SECOND_BYTES, listed=LISTED[::-1]),
    "one content for two members": laid_out(FIRST_BYTES, listed=[LISTED[0], central_header(stored("b.txt", A))]),
    "a member within another": laid_out(
        local_header(QUOTED),
        local_header(SECOND),
        B,
        listed=[central_header(QUOTED), *moved(len(local_header(QUOTED)) - SECOND.offset, SECOND)],
    ),
    "a directory of fewer members": laid_out(FIRST_BYTES, SECOND_BYTES, listed=LISTED, members=1),
    "a directory of more members": laid_out(FIRST_BYTES, SECOND_BYTES, listed=LISTED, members=3),
    "a comment": laid_out(FIRST_BYTES, listed=LISTED[:1])[:-2] + b"\x16\0" + end_records(0, 0, 0),
    "end records twice": laid_out(FIRST_BYTES, SECOND_BYTES, listed=LISTED, tail=end_records(0, 0, 0)),
}


@pytest.mark.parametrize("content", LAYOUTS.values(), ids=list(LAYOUTS))
def test_what_isnt_laid_out_as_ours_is_refused(content):
    assert refusal(content) == CONTRADICTS


def test_wide_end_records_that_differ_from_the_others_are_refused():
    """Old programs look at the one, new ones at the other."""
    other = laid_out(FIRST_BYTES, listed=LISTED[:1])[:-22]
    wide = end_records(2**16, len(FIRST_BYTES), len(LISTED[0]))[:-22]
    wide = with_field(wide, 24, struct.pack("<QQ", 1, 1))
    locator = wide[-20:-12] + struct.pack("<Q", len(other)) + wide[-4:]
    narrow = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 0xFFFF, len(LISTED[0]), len(FIRST_BYTES), 0)
    assert refusal(other + wide[:56] + locator + narrow) == CONTRADICTS


@pytest.mark.parametrize(
    ("members", "directory_bytes"), [(MAX_MEMBERS + 1, 46), (1, MAX_DIRECTORY_BYTES + 1)], ids=["members", "bytes"]
)
def test_a_directory_beyond_all_bounds_is_refused_unread(tmp_path, members, directory_bytes):
    path = tmp_path / "bomb.zip"
    with path.open("w+b") as stream:
        stream.truncate(directory_bytes)  # a hole, which takes no room
        stream.seek(0, io.SEEK_END)
        stream.write(end_records(members, 0, directory_bytes))
        with pytest.raises(IntegrityError, match="It lists more files than any of ours"):
            trusted_members(stream, "Site.zip")
        assert not contents_are_sound(stream, 0, Job())


def test_an_archive_that_a_stream_reader_sees_otherwise_is_refused(tmp_path):
    """What the check is for: both programs find the archive whole, each with another file in it."""
    if shutil.which("bsdtar") is None and os.environ.get("CI") != "true":
        pytest.skip("bsdtar isn’t installed")
    content = laid_out(with_field(local_header(FIRST), 30, b"z.exe"), A, listed=LISTED[:1])
    read = subprocess.run(["bsdtar", "-tf", "-"], input=content, capture_output=True, check=True).stdout
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert (read, archive.namelist()) == (b"z.exe\n", ["a.txt"])
    assert refusal(content) == CONTRADICTS


WHOLE = written()
BYTE = st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))


def agrees(content):
    """Whether it is refused, or tells those who read it from its end and from its beginning the same."""
    try:
        members = trusted_members(io.BytesIO(content), "Site.zip")
    except IntegrityError:
        return True
    found = names_in_stream(content)
    listed = {member.filename: (member.compress_type, member.CRC, member.file_size) for member in members}
    return listed == {name: said[:3] for name, said in found.items()} and len(found) == len(members)


@given(st.lists(BYTE, min_size=1, max_size=6))
def test_whatever_bytes_change_it_is_refused_or_read_alike_by_all(changes):
    content = bytearray(WHOLE)
    for position, value in changes:
        content[position] = value
    assert agrees(bytes(content))


@given(st.integers(0, len(WHOLE)), st.binary(max_size=40), st.integers(0, 40))
def test_whatever_is_put_in_or_left_out_it_is_refused_or_read_alike_by_all(position, added, left_out):
    assert agrees(WHOLE[:position] + added + WHOLE[position + left_out :])


class TestWhatTagdropMakes:
    def passes(self, stream, contents):
        stream.seek(0)
        assert [member.filename for member in trusted_members(stream, "Site.zip")] == list(contents)
        assert contents_are_sound(stream, len(contents), Job())

    def test_on_this_computer_passes(self):
        self.passes(io.BytesIO(WHOLE), CONTENTS)

    def test_as_a_stream_that_might_have_grown_beyond_32_bits_passes(self):
        stream = io.BytesIO()
        writer = ZipWriter(stream)
        for name in ("film.mp4", "long.txt"):
            writer.accept(writer.add_stream(name, TIME, 2**33, [b"the same line again\n" * 9]))
        writer.finish()
        assert {method for method, *_ in names_in_stream(stream.getvalue()).values()} == {STORED}
        self.passes(stream, ["film.mp4", "long.txt"])

    def test_beyond_32_bits_passes(self, tmp_path):
        """By its headers; the content is a hole, as long as it says."""
        size = 2**32 + 5
        first = Member("film.mp4", TIME, STORED, 0, size, size, 0, True)
        second = Member("b.txt", TIME, STORED, zlib.crc32(B), len(B), len(B), len(local_header(first)) + size, False)
        with (tmp_path / "wide.zip").open("w+b") as stream:
            stream.write(local_header(first))
            stream.seek(second.offset)
            stream.write(local_header(second) + B)
            records, offset = central_header(first) + central_header(second), stream.tell()
            stream.write(records + end_records(2, offset, len(records)))
            assert [member.file_size for member in trusted_members(stream, "Site.zip")] == [size, len(B)]

    def test_in_the_cloud_passes(self):
        chance = random.Random(1)
        contents = {"a.mov": chance.randbytes(6 * 1024**2), "Größe.txt": b"b", "c.mov": chance.randbytes(7 * 1024**2)}
        plan = plan_zip([Source(name, len(content), TIME) for name, content in contents.items()])
        members = [replace(member, crc32=zlib.crc32(contents[member.name])) for member in plan.members]
        body = b"".join(local_header(member) + contents[member.name] for member in members)
        self.passes(io.BytesIO(body + b"".join(directory_records(members))), contents)

    def test_of_more_members_than_16_bits_count_passes_in_little_time_and_memory(self, tmp_path):
        path = tmp_path / "many.zip"
        with path.open("w+b") as stream:
            writer = ZipWriter(stream)
            for number in range(70_000):
                writer.add(f"{number % 100:02}/{number}.txt", TIME, pack("a.txt", str(number).encode()))
            writer.finish()
            tracemalloc.start()
            began = time.process_time()
            members = trusted_members(stream, "Site.zip")
            seconds, (_, peak_bytes) = time.process_time() - began, tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert len(members) == 70_000
        assert peak_bytes < 200 * 1024**2
        assert seconds < 60, seconds
