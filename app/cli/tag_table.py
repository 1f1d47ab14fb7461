"""The table of `--tags-from`: further tags, file by file."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.cli.parser import UsageError
from app.core.errors import local_file_error
from app.core.events import SourceFile


def read_tag_table(table: Path, files: Iterable[SourceFile]) -> Mapping[Path, tuple[str, ...]]:
    """Return the tags that a CSV file with the columns `path` and `tag` gives to files.

    A path is taken from the current folder, or else from the folder of the table. A file may stand in several
    rows.

    Raises:
        UsageError: the table can't be read, or a row names no file of the drop; with its line.
    """
    by_name = {_comparable(file.path): file.path for file in files}
    tags: defaultdict[Path, tuple[str, ...]] = defaultdict(tuple)
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, dialect=_dialect(stream.readline()))
            stream.seek(0)
            if not {"path", "tag"} <= set(reader.fieldnames or ()):
                raise UsageError(f"{table} has no columns path and tag", "The first line names the columns.")
            for row in reader:
                path = _find(row["path"] or "", table, by_name)
                if path is None:
                    raise UsageError(
                        f"{table}, line {reader.line_num}: {row['path']} isn’t among the files to upload",
                        "Nothing was uploaded. Correct the line, or add the file.",
                    )
                if not (row["tag"] or "").strip():
                    raise UsageError(f"{table}, line {reader.line_num}: the tag is missing", "Nothing was uploaded.")
                tags[path] += (row["tag"],)
    except UnicodeDecodeError:
        raise UsageError(f"{table} isn’t UTF-8 text", "Save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise UsageError(f"{table} can’t be read as CSV: {error}") from None
    except OSError as error:
        reason = local_file_error(error, str(table))
        raise UsageError(f"{table}: {reason.title}", reason.detail) from error
    return tags


class _Comma(csv.excel):
    strict = True  # a quote that never ends would make one tag of the rest of the table


class _Semicolon(_Comma):
    delimiter = ";"


def _dialect(first_line: str) -> type[csv.Dialect]:
    """Return how the table separates: spreadsheets write semicolons where the comma is the decimal sign."""
    return _Semicolon if first_line.count(";") > first_line.count(",") else _Comma


def _find(name: str, table: Path, by_name: Mapping[str, Path]) -> Path | None:
    for folder in (Path(), table.parent):
        found = by_name.get(_comparable(folder / name))
        if found is not None:
            return found
    return None


def _comparable(path: Path) -> str:
    return unicodedata.normalize("NFC", os.path.normcase(os.path.abspath(path)))  # noqa: PTH100 -- follows no link
