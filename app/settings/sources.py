"""Reading the settings from layered TOML files: built-in < machine < user < `--config`."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import platformdirs

from app.core.errors import ConfigurationError, local_file_error
from app.settings import model
from app.settings.checks import check_value
from app.settings.model import Settings

FILE_NAME = "config.toml"

_SECTIONS: dict[str, type[Any]] = {
    name: (get_args(kind)[0] if get_args(kind) else kind) for name, kind in get_type_hints(Settings).items()
}


@dataclass(frozen=True, slots=True)
class Source:
    """One file of settings, as it was read.

    Attributes:
        path: the file.
        text: its content, to find lines in.
        values: section -> key -> value.
    """

    path: Path
    text: str
    values: Mapping[str, Mapping[str, Any]]


def default_paths() -> tuple[Path, ...]:
    """Return where the machine's and the user's file are looked for, in this order."""
    folders = (
        platformdirs.site_config_path("tagdrop", appauthor=False),
        platformdirs.user_config_path("tagdrop", appauthor=False, roaming=True),
    )
    return tuple(folder / FILE_NAME for folder in folders)


def load(config: Path | None = None, default: tuple[Path, ...] | None = None) -> Settings:
    """Read and check the settings.

    Args:
        config: a file that overrules the others; it must be there.
        default: the machine's and the user's file; may be missing. `default_paths()` when None.

    Raises:
        ConfigurationError: `not-set-up` where no file is there; `no-config-file`; `setting-unknown`,
            `setting-type`, `setting-value`, `setting-missing`, `config-syntax` with file and line.
    """
    sources = _read_all(config, default)
    if not sources:
        raise ConfigurationError(
            "not-set-up",
            "Tagdrop isn’t set up on this computer yet",
            "It needs a small settings file from your IT team; name it with --config.",
        )
    settings = _build(sources)
    _check_complete(settings, sources[-1])
    return settings


def load_incomplete(config: Path | None = None, default: tuple[Path, ...] | None = None) -> Settings:
    """Read and check what is there, for who is about to set up the rest; no file at all is fine.

    Args:
        config: as in `load`.
        default: as in `load`.

    Raises:
        ConfigurationError: as `load`, but for `not-set-up` and `setting-missing`.
    """
    return _build(_read_all(config, default))


def _read_all(config: Path | None, default: tuple[Path, ...] | None) -> list[Source]:
    paths = [path for path in (default_paths() if default is None else default) if path.is_file()]
    return [_read(path) for path in (*paths, config) if path is not None]


def _read(path: Path) -> Source:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(
            "no-config-file", "The settings file isn’t there", "Check the name after --config.", str(path)
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            "config-syntax", "The settings file isn’t UTF-8 text", "Save it as UTF-8.", str(path)
        ) from None
    except OSError as error:
        reason = local_file_error(error, str(path))
        raise ConfigurationError("no-config-file", reason.title, reason.detail, str(path)) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "config-syntax", "The settings file isn’t valid TOML", f"{error}.", str(path)
        ) from None
    source = Source(path, text, {})
    return Source(path, text, {name: _checked_section(name, found, source) for name, found in values.items()})


def _checked_section(name: str, found: object, source: Source) -> Mapping[str, Any]:
    section = _SECTIONS.get(name)
    if section is None:
        raise _unknown(f"[{name}]", name, _SECTIONS, _line(source.text, name), source)
    if not isinstance(found, dict):
        raise _bad(source, name, "", f"expected a section [{name}]")
    known = {field.name: field for field in fields(section)}
    hints = get_type_hints(section, vars(model))
    checked: dict[str, Any] = {}
    for key, value in found.items():
        if key not in known:
            raise _unknown(f"{key} in [{name}]", key, known, _line(source.text, name, key), source)
        checked[key], problem = check_value(name, key, value, hints[key])
        if problem:
            raise _bad(source, name, key, problem)
    return checked


def _build(sources: list[Source]) -> Settings:
    """Lay the sources over each other, key by key."""
    merged: dict[str, dict[str, Any]] = {}
    for source in sources:
        for name, values in source.values.items():
            merged.setdefault(name, {}).update(values)
    return Settings(**{name: _SECTIONS[name](**values) for name, values in merged.items()})


def _check_complete(settings: Settings, last: Source) -> None:
    for name, section in ((field.name, getattr(settings, field.name)) for field in fields(settings)):
        for field in () if section is None else fields(section):
            if field.metadata["is_required"] and not getattr(section, field.name):
                raise _missing(name, field.name, last)
    if settings.google is not None and not settings.storage.role_arn:
        raise _missing("storage", "role_arn", last)
    if settings.google is not None and not settings.organization.domain:
        raise _missing("organization", "domain", last)


def _missing(section: str, key: str, last: Source) -> ConfigurationError:
    return ConfigurationError(
        "setting-missing", f"{key} in [{section}] is missing", "Add it, or ask IT for it.", str(last.path)
    )


def _unknown(what: str, word: str, known: Mapping[str, object], line: int | None, source: Source) -> ConfigurationError:
    near = difflib.get_close_matches(word, known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
    return ConfigurationError("setting-unknown", f"Unknown setting {what}", hint, _place(source, line))


def _bad(source: Source, section: str, key: str, problem: str) -> ConfigurationError:
    what = f"{key} in [{section}]" if key else section
    place = _place(source, _line(source.text, section, key))
    code = "setting-type" if problem.startswith("expected") else "setting-value"
    return ConfigurationError(code, f"{what} can’t be used", f"{problem[0].upper()}{problem[1:]}.", place)


def _place(source: Source, line: int | None) -> str:
    return f"{source.path}, line {line}" if line else str(source.path)


def _line(text: str, section: str, key: str = "") -> int | None:
    """Return the line of a key or, failing that, of its section; dotted and quoted keys are recognised."""
    section_line: int | None = None
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([^\]]+?)\s*\]", line)
        if header:
            current = header[1].strip("\"'")
            section_line = number if current == section and section_line is None else section_line
            continue
        word = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        name = word[1].replace('"', "").replace("'", "") if word else ""
        if name and (f"{current}.{name}" if current else name) in (f"{section}.{key}", section):
            return number
    return section_line
