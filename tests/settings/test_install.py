"""A settings file from IT becomes the person's own, or is refused with what is wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import ConfigurationError, LocalFileError
from app.settings.install import install
from app.settings.sources import load

GOOD = '[storage]\nstorage_bucket = "files"\nstaging_bucket = "staging"\n'


@pytest.fixture
def default(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "machine" / "config.toml", tmp_path / "person" / "config.toml"


@pytest.fixture
def from_it(tmp_path: Path) -> Path:
    path = tmp_path / "tagdrop for Maria.toml"
    path.write_text(GOOD)
    return path


def test_the_file_is_copied_to_where_settings_are_looked_for(from_it: Path, default: tuple[Path, Path]) -> None:
    assert install(from_it, default) == default[1]
    assert load(default=default).storage.storage_bucket == "files"
    assert from_it.exists()
    assert list(default[1].parent.iterdir()) == [default[1]]


def test_what_is_wrong_in_it_is_told_and_the_old_settings_stay(from_it: Path, default: tuple[Path, Path]) -> None:
    install(from_it, default)
    from_it.write_text(GOOD + "regoin = 1\n")
    with pytest.raises(ConfigurationError, match="line 4: Unknown setting regoin"):
        install(from_it, default)
    assert default[1].read_text() == GOOD


def test_it_may_complete_the_machines_file(from_it: Path, default: tuple[Path, Path]) -> None:
    default[0].parent.mkdir()
    default[0].write_text(GOOD)
    from_it.write_text('[organization]\nname = "Example Ltd"\n')
    install(from_it, default)
    assert load(default=default).organization.name == "Example Ltd"


def test_a_folder_that_cannot_be_written_is_named(from_it: Path, default: tuple[Path, Path]) -> None:
    default[1].parent.write_text("a file where the folder should be")
    with pytest.raises(LocalFileError) as refused:
        install(from_it, default)
    assert refused.value.target == str(default[1])
