"""From settings to the TOML that says them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from app.settings.model import Settings

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def to_toml(settings: Settings, spoken: Collection[tuple[str, str]]) -> str:
    """Return a settings file that says what differs from what holds anyway.

    Args:
        settings: to be written.
        spoken: sections and keys that are said also where they don't differ.
    """
    sections = []
    for part in fields(settings):
        section = getattr(settings, part.name)
        lines = [] if section is None else _lines(part.name, section, spoken)
        if lines:
            sections.append("\n".join([f"[{part.name}]", *lines, ""]))
    return "\n".join(sections)


def _lines(name: str, section: Any, spoken: Collection[tuple[str, str]]) -> list[str]:
    return [
        f"{key.name} = {_value(getattr(section, key.name))}"
        for key in fields(section)
        if getattr(section, key.name) != _default(key) or (name, key.name) in spoken
    ]


def _default(key: Field[Any]) -> Any:
    return key.default if key.default_factory is MISSING else key.default_factory()


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (
            f"{name if _BARE_KEY.fullmatch(name) else _text(name)} = {_text(text)}" for name, text in value.items()
        )
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, tuple):
        return _text(value[0]) if len(value) == 1 else "[" + ", ".join(map(_text, value)) + "]"
    return _text(value)


def _text(text: str) -> str:
    """Return a basic string: JSON's escapes are TOML's, but for one sign (TOML 1.0, "String")."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
