"""A snapshot as a file: what was written is read again, and nothing else is."""

from __future__ import annotations

import gzip
import io
import json
import random
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from app.catalog.bulk import BLOCK_OBJECTS, Block
from app.catalog.gzip_lines import MAX_LINE_BYTES
from app.catalog.snapshot import Header, read_snapshot, write_snapshot
from app.core.errors import IntegrityError

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def header(objects, bucket="files", completed_at=NOON):
    return Header(bucket, ("Tag1", "Tag3"), completed_at, objects)


def block_of(rows):
    """Return the block of (key, size, modified, etag, tags, read) rows."""
    keys, sizes, modified, etags, tags, read = zip(*rows, strict=True)
    distinct = [json.loads(text) for text in dict.fromkeys(json.dumps(t) for t in tags if t is not None)]
    return Block(keys, sizes, modified, etags, distinct, [None if t is None else distinct.index(t) for t in tags], read)


def rows_of(blocks):
    return [
        (key, size, modified, etag, None if number is None else block.tag_sets[number], read)
        for block in blocks
        for key, size, modified, etag, number, read in zip(
            block.keys, block.sizes, block.modified, block.etags, block.sets, block.read, strict=True
        )
    ]


def written(rows, **about):
    file = io.BytesIO()
    blocks = [block_of(rows[start : start + BLOCK_OBJECTS]) for start in range(0, len(rows), BLOCK_OBJECTS)]
    return file, write_snapshot(file, header(len(rows), **about), blocks)


def read(content, text_bytes, objects):
    return rows_of(read_snapshot(io.BytesIO(content), header(objects), text_bytes))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
TIMES = st.integers(0, 2 * 10**15)
ROWS = st.tuples(
    TEXTS.filter(lambda key: not key.startswith(".tagdrop/")),
    st.integers(0, 5 * 1024**4),
    TIMES,
    st.from_regex(r"[0-9a-f]{32}(-[0-9]{1,4})?", fullmatch=True),
    st.none() | st.dictionaries(TEXTS, TEXTS, max_size=3),
    TIMES,
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(ROWS, max_size=30))
def test_what_is_written_is_read_again(rows):
    file, about = written(rows)
    assert read(file.getvalue(), about.text_bytes, len(rows)) == rows


def sample(count=2500):
    chance = random.Random(5)
    values = ["Invoice", "Größe", "عقد"]
    return [
        (f"k/{n:05}", n, 10**15 + n, chance.randbytes(16).hex(), {"Tag1": chance.choice(values)}, 2 * 10**15)
        for n in range(count)
    ]


def test_it_is_gzip_with_a_header_and_blocks_of_columns_that_any_program_can_read():
    file, about = written(sample())
    first, *blocks = gzip.decompress(file.getvalue()).decode().splitlines()
    assert json.loads(first) == {
        "format": 1,
        "bucket": "files",
        "tag_keys": ["Tag1", "Tag3"],
        "completed_at": "2026-11-25T12:00:00Z",
        "objects": 2500,
    }
    assert [len(json.loads(line)["keys"]) for line in blocks] == [1000, 1000, 500]
    assert about.size_bytes == len(file.getvalue())


def test_long_names_and_tags_make_shorter_blocks():
    rows = [(f"{n:04}" + "é" * 500, n, 1, "e", {f"k{i}": f"{n} " * 50 for i in range(9)}, 1) for n in range(2000)]
    file, about = written(rows)
    lines = gzip.decompress(file.getvalue()).splitlines()
    assert max(map(len, lines)) <= MAX_LINE_BYTES
    assert len(lines) > 3
    assert read(file.getvalue(), about.text_bytes, 2000) == rows


@pytest.fixture(scope="module")
def whole():
    file, about = written(sample())
    return file.getvalue(), about


class TestADamagedOne:
    def test_never_yields_what_wasnt_written_without_saying_so(self, whole):
        content, about = whole
        chance = random.Random(77)
        for _ in range(150):
            damaged = bytearray(content)
            position = chance.randrange(10, len(content))  # a gzip header's time and system say nothing
            damaged[position] ^= 1 << chance.randrange(8)
            with pytest.raises(IntegrityError) as caught:
                read(bytes(damaged), about.text_bytes, 2500)
            assert caught.value.code in ("catalogue-damaged", "catalogue-newer")

    def test_that_is_cut_off_is_refused_wherever_that_is(self, whole):
        content, about = whole
        chance = random.Random(78)
        for length in [0, 1, len(content) - 1, *(chance.randrange(len(content)) for _ in range(40))]:
            with pytest.raises(IntegrityError):
                read(content[:length], about.text_bytes, 2500)

    def test_with_something_behind_its_end_is_refused(self, whole):
        content, about = whole
        for more in (b"x", content):
            with pytest.raises(IntegrityError):
                read(content + more, about.text_bytes, 2500)

    def test_is_said_with_what_to_do(self, whole):
        content, about = whole
        with pytest.raises(IntegrityError) as caught:
            read(content, about.text_bytes + 1, 2500)
        assert str(caught.value) == (
            "The published catalogue is damaged. It isn’t used (it doesn’t hold what it says)."
            " tagdrop index --publish replaces it."
        )


class TestABomb:
    """A file that unpacks to more than it should; none may fill the memory."""

    @pytest.fixture(autouse=True)
    def little_memory(self):
        tracemalloc.start()
        yield
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 40 * 1024**2

    def bomb(self, line_end):
        """Return a file of 200 MB text in some 200 KB."""
        file = io.BytesIO()
        with gzip.GzipFile(fileobj=file, mode="wb") as packed:
            packed.write(json.dumps({"format": 1}).encode())
            for _ in range(200):
                packed.write(b" " * (1024**2 - 1) + line_end)
        return file.getvalue()

    def test_that_holds_more_than_it_says_is_given_up_there(self):
        with pytest.raises(IntegrityError, match="damaged"):
            read(self.bomb(b"\n"), 5 * 1024**2, 1)

    def test_of_one_endless_line_is_given_up_early(self):
        with pytest.raises(IntegrityError) as caught:
            read(self.bomb(b" "), 4 * 1024**3, 1)
        assert "a line is too long" in caught.value.detail

    def test_of_brackets_without_end_is_given_up(self):
        content = gzip.compress(b"[" * 1024**2 + b"\n")
        with pytest.raises(IntegrityError):
            read(content, 1024**2 + 1, 1)


def changed(line=None, **fields):
    """Return a good snapshot of one object in which a block says something else."""
    good = {"keys": ["k"], "sizes": [1], "modified": [1], "etags": ["e"], "tags": [0], "tag_sets": [{}], "read": [1]}
    first = {
        "format": 1,
        "bucket": "files",
        "tag_keys": ["Tag1", "Tag3"],
        "completed_at": NOON.isoformat(),
        "objects": 1,
    }
    block = json.dumps({**good, **fields}).encode() if line is None else line
    text = json.dumps(first).encode() + b"\n" + block + b"\n"
    return gzip.compress(text), len(text)


def test_a_block_that_says_nothing_else_is_read():
    content, text_bytes = changed()
    assert read(content, text_bytes, 1) == [("k", 1, 1, "e", {}, 1)]


@pytest.mark.parametrize(
    "fields",
    [
        {"keys": [""]},
        {"keys": [7]},
        {"keys": ["\ud800"]},
        {"keys": ["é" * 513]},
        {"keys": [".tagdrop/catalog/latest.json"]},
        {"keys": ["k", "l"]},
        {"keys": None},
        {"sizes": [-1]},
        {"sizes": [True]},
        {"sizes": [1.5]},
        {"sizes": [2**63]},
        {"modified": [253_402_300_800_000_000]},
        {"read": ["2026"]},
        {"etags": ["e" * 300]},
        {"etags": [None]},
        {"tags": [1]},
        {"tags": [-1]},
        {"tags": [0], "tag_sets": []},
        {"tag_sets": [{"Tag1": 5}]},
        {"tag_sets": [{"Tag1": "\udfff"}]},
        {"tag_sets": [["Tag1"]]},
        {"tag_sets": {}},
        {name: [] for name in ("keys", "sizes", "modified", "etags", "tags", "read")},
        {"line": b"[]"},
        {"line": b"{}"},
        {"line": b"not JSON"},
        {"line": b"\xff"},
        {"line": b'{"keys": ' + b"9" * 5000 + b"}"},
    ],
)
def test_a_block_that_cant_be_true_is_refused(fields):
    content, text_bytes = changed(**fields)
    with pytest.raises(IntegrityError, match="damaged"):
        read(content, text_bytes, 1)


def test_more_or_fewer_objects_than_it_says_are_refused():
    file, about = written(sample(10))
    text = gzip.decompress(file.getvalue()).replace(b'"objects":10', b'"objects":11')
    with pytest.raises(IntegrityError):
        read(gzip.compress(text), about.text_bytes, 11)


@pytest.mark.parametrize("other", [{"bucket": "others"}, {"completed_at": NOON + timedelta(seconds=1)}])
def test_one_that_begins_with_another_header_is_refused(other):
    file, about = written(sample(10), **other)
    with pytest.raises(IntegrityError, match="damaged"):
        read(file.getvalue(), about.text_bytes, 10)


def test_a_newer_format_is_told_from_a_damaged_file():
    file, about = written(sample(10))
    text = gzip.decompress(file.getvalue()).replace(b'"format":1', b'"format":2')
    with pytest.raises(IntegrityError) as caught:
        read(gzip.compress(text), about.text_bytes, 10)
    assert str(caught.value) == (
        "The published catalogue is from a newer Tagdrop. It has format 2, this one knows 1. Update this one."
    )
