"""Whether a value fits its setting, and what was expected if not."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from app.core.query import ENGINES

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_CONTROL_OR_BACKSLASH = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
_PLACEHOLDER = re.compile(r"\{([^}]*)\}")


def check_value(section: str, key: str, value: object, kind: Any) -> tuple[Any, str]:
    """Return the value as the model holds it, and what is wrong with it; empty for nothing.

    Args:
        section: of the setting.
        key: of the setting.
        value: as TOML gave it.
        kind: type in the model.
    """
    if kind is bool:
        return value, "" if isinstance(value, bool) else "expected true or false"
    if kind is int:
        is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return value, "" if is_number else "expected a whole number, 0 or more"
    if kind is str:
        return value, _check_text(section, key, value) if isinstance(value, str) else "expected text in quotes"
    if kind == tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(item, str) for item in listed):
            return tuple(_as_compared(section, key, item) for item in listed), ""
        return value, "expected a list of texts"
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return dict(value), ""
    return value, 'expected a table of texts, like { Tag2 = "Tag-value" }'


def _as_compared(section: str, key: str, item: str) -> str:
    """Return a domain in lower case: Google names it so in its tokens, and there it is compared as it is."""
    return item.lower() if (section, key) == ("organization", "domain") else item


def _check_text(section: str, key: str, value: str) -> str:
    if key.endswith("_url") or (section, key) == ("google", "issuer"):
        return _check_address(value)
    if key.endswith("_pattern"):
        return _check_pattern(value)
    if (section, key) == ("search", "engine") and value not in ENGINES:
        return f"it must be {', '.join(ENGINES[:-1])} or {ENGINES[-1]}"
    if (section, key) == ("upload", "prefix"):
        return check_prefix(value)
    return ""


def _check_address(value: str) -> str:
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        is_port_good = parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        is_port_good = False
    if not is_port_good:
        return "it isn’t an address"
    if parts.scheme == "https" and parts.hostname:
        return ""
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return ""
    return "it must begin with https:// (http:// only for this computer itself)"


def _check_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        return f"it isn’t a regular expression: {error}"
    return ""


def check_prefix(value: str) -> str:
    """Return what is wrong with what is put before every key; empty for nothing."""
    unknown = [name for name in _PLACEHOLDER.findall(value) if name not in ("year", "month", "day")]
    if unknown:
        return f"{{{unknown[0]}}} isn’t known; {{year}}, {{month}} and {{day}} are"
    if value.startswith(("/", ".tagdrop/")):
        return "it must not begin with / or .tagdrop/"
    if any(part in ("", ".", "..") for part in value.split("/")[:-1]):
        return "it must not hold //, ./ or ../"
    if _CONTROL_OR_BACKSLASH.search(value):
        return "it must not hold backslashes or control characters"
    return ""
