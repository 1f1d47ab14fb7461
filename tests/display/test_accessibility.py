"""The window as somebody meets it who can't see it: by roles, names and what can be done."""

from __future__ import annotations

import re
from pathlib import Path

from tests.display.desk import running_demo, sign_in, until
from tests.display.screen_reader import Part, ScreenReader


def test_files_are_found_and_taken_away_without_seeing_the_window(
    screen_reader: ScreenReader, spoken_desktop: dict[str, str], tmp_path: Path
) -> None:
    with running_demo(spoken_desktop, tmp_path / "data"):
        sign_in(spoken_desktop, screen_reader)
        _check_first_view(screen_reader.parts())
        assert screen_reader.type("Find files by tag", "Harbour Street\n")
        until(lambda: screen_reader.has("label", "All 102 files"), "the search has ended")
        _check_results(screen_reader.parts())
        assert screen_reader.press("Select all files")
        until(lambda: screen_reader.has("label", "102 of 102 files selected"), "all files are selected")
        assert screen_reader.press("Clear selection")
        assert screen_reader.type("Find files by tag", "Delivery\n")
        until(lambda: screen_reader.has("label", "All 27 files"), "the second search has ended")
        _check_joiner(screen_reader.parts())
        assert screen_reader.press("Download all as ZIP")
        until(lambda: list((Path(spoken_desktop["HOME"]) / "Downloads").glob("*.zip")), "the ZIP is saved")
        until(lambda: _foot(screen_reader.parts()), "the end of the download is told")


def _check_first_view(parts: list[Part]) -> None:
    told = {(part.role, part.name) for part in parts}
    assert told >= {
        ("list", "Places"),
        ("list item", "Upload"),
        ("list item", "Find"),
        ("list item", "Temporary copies"),
        ("push button", "Choose files…"),
        ("push button", "Choose a folder…"),
        ("panel", "Find files by tag"),
        ("text", "Find files by tag"),
    }
    _check_names(parts)


def _check_results(parts: list[Part]) -> None:
    told = {(part.role, part.name): part for part in parts}
    assert told["text", "Find files by tag"].description == "1 tag: Harbour Street"
    assert {
        ("push button", "Remove tag Harbour Street"),
        ("table", "Found files"),
        ("check box", "Select all files"),
        ("push button", "Download all as ZIP"),
    } <= told.keys()
    # Which of them depends on whether the list of files on this computer was there yet.
    assert {("push button", "Search again"), ("push button", "Search everything again")} & told.keys()
    titles = [part.name for part in parts if part.role == "table column header"]
    assert titles == ["Name", "Other tags", "Date", "Size", "Uploaded by"]
    rows = [part.name for part in parts if part.role == "table cell"][:: len(titles)]
    assert re.fullmatch(r".+\.\w+, [\d,]+ (KB|bytes), \w+, \d\d:\d\d(, [\w.]+@example\.com)?", rows[0])
    _check_names(parts)


def _check_joiner(parts: list[Part]) -> None:
    assert ("panel", "Match") in {(part.role, part.name) for part in parts}
    radios = {part.name: "checked" in part.states for part in parts if part.role == "radio button"}
    assert radios == {"All": True, "Any": False}


def _check_names(parts: list[Part]) -> None:
    """Whatever takes the keyboard says what it is, and says it once."""
    for part in parts:
        if "focusable" in part.states and part.role != "table cell":
            assert part.name, part
            assert part.description != part.name, part


def _foot(parts: list[Part]) -> bool:
    start = "Saved to \u2068Downloads\u2069, "
    return any(part.role == "push button" and part.name.startswith(start) for part in parts)


def test_the_settings_are_read_and_changed_without_seeing_them(
    screen_reader: ScreenReader, spoken_desktop: dict[str, str], tmp_path: Path
) -> None:
    with running_demo(spoken_desktop, tmp_path / "data"):
        sign_in(spoken_desktop, screen_reader)
        assert screen_reader.press("Settings")
        until(lambda: screen_reader.has("panel", "Appearance"), "the settings are told")
        told = {(part.role, part.name): part for part in screen_reader.parts()}
        _check_names(list(told.values()))
        assert ("push button", "Appearance: Follow the system") in told
        assert told["check box", "Public links"].description.endswith("Managed by Example Ltd.")
        assert "sensitive" not in told["check box", "Public links"].states
        assert "expanded" not in told["push button", "Details for IT"].states
        assert screen_reader.press("Add a list of contents")
        assert screen_reader.press("Details for IT")
        until(lambda: screen_reader.has("push button", "Copy details for IT"), "the details are told")
        parts = screen_reader.parts()
        opened = next(part for part in parts if part.name == "Details for IT")
        assert {"expandable", "expanded"} <= set(opened.states)
        switch = next(part for part in parts if (part.role, part.name) == ("check box", "Add a list of contents"))
        assert "checked" in switch.states
        _check_names(parts)
