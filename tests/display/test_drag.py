"""Files that are really dragged out of another program's window."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import boto3

from tests.display.desk import do, press, running_demo, sign_in, until, window_of
from tests.display.screen_reader import ScreenReader
from tests.server import tags_of

SOURCE = Path(__file__).with_name("drag_source.py")


def test_files_dragged_from_another_window_are_uploaded_and_stay_where_they_are(
    screen_reader: ScreenReader, spoken_desktop: dict[str, str], tmp_path: Path
) -> None:
    files = [tmp_path / f"Plan {number}.pdf" for number in (1, 2)]
    for file in files:
        file.write_text(file.name)
    with running_demo(spoken_desktop, tmp_path / "data"), _source(spoken_desktop, *map(str, files)) as source:
        sign_in(spoken_desktop, screen_reader)
        _drag(spoken_desktop, source, lambda: screen_reader.has("label", "Let go to add 2 files"))
        assert source.stdout is not None
        assert source.stdout.readline() == "CopyAction\n"
        until(lambda: screen_reader.has("label", "Tag for all 2 files"), "the files are listed")
        names = [part.name for part in screen_reader.parts() if part.role == "table cell"]
        assert [name for name in names if name.startswith("Plan")] == ["Plan 1.pdf, 10 bytes", "Plan 2.pdf, 10 bytes"]
        window = window_of(spoken_desktop)
        assert window is not None
        press(spoken_desktop, window, "type", "--delay", "30", "Lot 9")
        press(spoken_desktop, window, "key", "ctrl+Return")
        stored = until(lambda: _stored(tmp_path / "data", "Plan"), "the files are uploaded")
        fixed = {"Tag1": "Lot 9", "Tag2": "Tag-value"}
        assert stored == {file.name: (file.read_bytes(), fixed) for file in files}
    assert all(file.exists() for file in files)


def test_a_web_address_dragged_out_of_a_browser_is_answered_in_words(
    screen_reader: ScreenReader, spoken_desktop: dict[str, str], tmp_path: Path
) -> None:
    refusal = "This program hands over a web address, not a file."
    with (
        running_demo(spoken_desktop, tmp_path / "data"),
        _source(spoken_desktop, "https://www.example.com/plan.pdf") as source,
    ):
        sign_in(spoken_desktop, screen_reader)
        _drag(spoken_desktop, source, lambda: screen_reader.has("label", refusal))
        until(lambda: screen_reader.has("label", "Save it first, then drop it."), "it is said what to do")
        assert screen_reader.has("push button", "Choose files…")


def _stored(data: Path, prefix: str) -> dict[str, tuple[bytes, dict[str, str]]] | None:
    """Return contents and tags of the two objects of the demo whose keys begin so; None before they are there."""
    (identity,) = json.loads((data / "s3.json").read_text())["identities"]
    (keys,) = identity["credentials"]
    storage = tomllib.loads((data / "config.toml").read_text())["storage"]
    client = boto3.client(
        "s3",
        endpoint_url=storage["endpoint_url"],
        region_name=storage["region"],
        aws_access_key_id=keys["accessKey"],
        aws_secret_access_key=keys["secretKey"],
    )
    bucket = storage["storage_bucket"]
    with closing(client):
        found = client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        if len(found) < 2:
            return None
        contents = {item["Key"]: client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in found}
        return {key: (content, tags_of(client, bucket, key)) for key, content in contents.items()}


@contextmanager
def _source(desktop: Mapping[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(SOURCE), *words]
    source = subprocess.Popen(command, env=dict(desktop), stdout=subprocess.PIPE, text=True)
    assert source.stdout is not None
    with source.stdout:
        assert source.stdout.readline() == "shown\n"
        yield source
        source.terminate()
        source.wait(timeout=20)


def _drag(desktop: Mapping[str, str], source: subprocess.Popen[str], is_over: Callable[[], bool]) -> None:
    """Drag into the window by small steps until it says what letting go does, then let go.

    One jump is no drag to X programs, and letting go before the window has answered drops nothing.
    """
    window, start = window_of(desktop), window_of(desktop, "Drag source")
    assert window is not None
    assert start is not None
    assert source.stdout is not None
    do(desktop, "mousemove", "--window", start, "60", "60")
    do(desktop, "mousedown", "1")
    for _ in range(6):
        do(desktop, "mousemove_relative", "--", "-4", "4")
    assert source.stdout.readline() == "dragging\n"
    do(desktop, "mousemove", "--window", window, "500", "300")

    def answers() -> bool:
        for step in ("3", "-3"):
            do(desktop, "mousemove_relative", "--", step, "0")
        return is_over()

    until(answers, "the window answers the drag")
    do(desktop, "mouseup", "1")
