"""Settings that are written are read again as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.settings.model import Google, Organization, Search, Settings, Storage, Tags, Upload
from app.settings.sources import load, load_incomplete
from app.settings.writing import to_toml

STORAGE = Storage(storage_bucket="files", staging_bucket="staging")


def _again(settings: Settings, folder: Path) -> Settings:
    path = folder / "written.toml"
    path.write_text(to_toml(settings, ()), encoding="utf-8")
    return load(path, ())


@pytest.mark.parametrize(
    "settings",
    [
        Settings(storage=STORAGE),
        Settings(storage=replace(STORAGE, region="eu-west-1", allow_delete=True), search=Search("live", 0, 7, 10)),
        Settings(
            organization=Organization("Müller & “Söhne” \\ 事務所\x7f\n\t\u202e😀", ("a.com", "b.com")),
            google=Google("id", "secret"),
            storage=replace(STORAGE, role_arn="arn:aws:iam::123456789012:role/tagdrop"),
        ),
        Settings(storage=STORAGE, organization=Organization(domain=("a.com",))),
        Settings(storage=STORAGE, tags=Tags("Client", (), {"Made by": 'Tag"drop', "a.b": ""}, "[A-Z]{2}\\d+")),
        Settings(storage=STORAGE, tags=Tags(fixed={})),
        Settings(storage=STORAGE, upload=Upload("{year}/", allow_replace=False)),
    ],
)
def test_they_are_read_again_as_they_were(settings: Settings, tmp_path: Path) -> None:
    assert _again(settings, tmp_path) == settings


def test_what_holds_anyway_is_said_only_where_it_is_to_be() -> None:
    assert to_toml(Settings(storage=STORAGE), [("share", "public_links")]) == (
        '[storage]\nstorage_bucket = "files"\nstaging_bucket = "staging"\n\n[share]\npublic_links = false\n'
    )


def test_begun_settings_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    assert load_incomplete(None, ()) == Settings()
    path = tmp_path / "config.toml"
    path.write_text('[organization]\nname = "Example Ltd"\n', encoding="utf-8")
    assert load_incomplete(path, ()) == Settings(organization=Organization("Example Ltd"))
