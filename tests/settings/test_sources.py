"""Settings in layers, and mistakes named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import ConfigurationError
from app.settings.model import Transfers
from app.settings.sources import load

GOOD = '[storage]\nstorage_bucket = "files"\nstaging_bucket = "staging"\n'


def _file(folder: Path, text: str, name: str = "c.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_later_files_overrule_earlier_ones_key_by_key(tmp_path: Path) -> None:
    machine = _file(tmp_path, GOOD + 'region = "eu-central-1"\n', "machine.toml")
    user = _file(tmp_path, '[storage]\nregion = "eu-west-1"\n', "user.toml")
    settings = load(_file(tmp_path, '[organization]\nname = "Example Ltd"\n'), (machine, user, tmp_path / "none.toml"))
    assert settings.storage.region == "eu-west-1"
    assert settings.storage.storage_bucket == "files"
    assert settings.tag_rules.organization == "Example Ltd"
    assert settings.tag_rules.fixed == {"Tag2": "Tag-value"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD + "regoin = 1\n", "{path}, line 4: Unknown setting regoin in [storage]. Did you mean region?"),
        (GOOD + "region = 1\n", "{path}, line 4: region in [storage] can’t be used. Expected text in quotes."),
        (
            '[storage]\nstorage_bucket = "a"\n',
            "{path}: staging_bucket in [storage] is missing. Add it, or ask IT for it.",
        ),
        (
            GOOD + 'endpoint_url = "http://s3.example.com"\n',
            "{path}, line 4: endpoint_url in [storage] can’t be used."
            " It must begin with https:// (http:// only for this computer itself).",
        ),
        (
            '[search]\nengine = "other"\n',
            "{path}, line 2: engine in [search] can’t be used. It must be auto, live or index.",
        ),
        (
            '[upload]\nprefix = "{hour}/"\n',
            "{path}, line 2: prefix in [upload] can’t be used. {{hour}} isn’t known; {{year}}, {{month}} and {{day}} are.",
        ),
        (
            "[share]\npublic_links = 1\n",
            "{path}, line 2: public_links in [share] can’t be used. Expected true or false.",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_what_was_expected(tmp_path: Path, text: str, sentence: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        load(path, ())
    assert str(caught.value) == sentence.format(path=path)
    assert caught.value.exit_code == 3


def test_http_is_taken_for_this_computer_itself(tmp_path: Path) -> None:
    assert load(_file(tmp_path, GOOD + 'endpoint_url = "http://127.0.0.1:9000"\n'), ()).storage.endpoint_url


def test_a_domain_may_be_one_or_a_list(tmp_path: Path) -> None:
    one = load(_file(tmp_path, '[organization]\ndomain = "a.com"\n' + GOOD), ())
    two = load(_file(tmp_path, '[organization]\ndomain = ["a.com", "b.com"]\n' + GOOD), ())
    assert (one.organization.domain, two.organization.domain) == (("a.com",), ("a.com", "b.com"))


def test_sign_in_needs_a_role(tmp_path: Path) -> None:
    text = '[organization]\ndomain = "a.com"\n[google]\nclient_id = "x"\n' + GOOD
    with pytest.raises(ConfigurationError, match=r"role_arn in \[storage\] is missing"):
        load(_file(tmp_path, text), ())


def test_no_file_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Tagdrop isn’t set up on this computer yet"):
        load(None, (tmp_path / "none.toml",))
    with pytest.raises(ConfigurationError, match="The settings file isn’t there"):
        load(tmp_path / "none.toml", ())


def test_a_limit_of_the_command_line_lowers_those_of_the_settings_and_never_raises_them() -> None:
    assert Transfers(0, 50).limited(20) == Transfers(20, 20)
    assert Transfers(5, 50).limited(20) == Transfers(5, 20)
