"""A small evaluator of IAM policies: what it doesn't know it refuses to judge.

Source: IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements: Condition operators" and "Variables".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ELEMENTS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Request:
    """A request, as a policy sees it; `context` holds the condition keys that are there."""

    action: str
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict)
    principal: Mapping[str, str] = field(default_factory=dict)


def is_allowed(request: Request, *policies: Mapping[str, Any]) -> bool:
    """Tell whether a statement allows the request, and none denies it."""
    for policy in policies:
        assert policy["Version"] == "2012-10-17"  # variables are plain text in the older one
    statements = [statement for policy in policies for statement in policy["Statement"]]
    effects = {statement["Effect"] for statement in statements if _applies(statement, request)}
    assert effects <= {"Allow", "Deny"}
    return "Allow" in effects and "Deny" not in effects


def is_denied(request: Request, *policies: Mapping[str, Any]) -> bool:
    """Tell whether a statement denies the request, whatever else allows it."""
    statements = [statement for policy in policies for statement in policy["Statement"]]
    return any(statement["Effect"] == "Deny" and _applies(statement, request) for statement in statements)


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    assert set(statement) <= _ELEMENTS, f"can’t judge {set(statement) - _ELEMENTS}"
    actions, resources = _listed(statement["Action"]), _listed(statement.get("Resource", "*"))
    return (
        any(_like(action.lower(), request.action.lower()) for action in actions)
        and any(_like(text, request.resource) for text in _filled(resources, request.context))
        and _is_principal(statement.get("Principal", "*"), request.principal)
        and all(
            _holds(operator, key, _listed(wanted), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _is_principal(wanted: Any, found: Mapping[str, str]) -> bool:
    return wanted == "*" or any(found.get(kind) in _listed(names) for kind, names in wanted.items())


def _holds(operator: str, key: str, wanted: list[str], context: Mapping[str, str]) -> bool:
    found = next((value for name, value in context.items() if name.lower() == key.lower()), None)
    if operator == "Null":
        return wanted == ["true" if found is None else "false"]
    if found is None:
        return False
    if operator == "StringEquals":
        return found in [_plain(text) for text in _filled(wanted, context)]
    if operator == "StringLike":
        return any(_like(text, found) for text in _filled(wanted, context))
    if operator == "Bool":
        return found in wanted
    raise AssertionError(f"can’t judge {operator}")


def _filled(texts: list[str], context: Mapping[str, str]) -> list[str]:
    """Put the variables in; a text with one that isn't there matches nothing, and stars in a value are no wildcards."""
    known = [text for text in texts if all(name in context for name in _VARIABLE.findall(text))]
    return [_VARIABLE.sub(lambda match: _literal(context[match[1]]), text) for text in known]


_STAR, _MARK = "\ue000", "\ue001"


def _literal(value: str) -> str:
    return value.replace("*", _STAR).replace("?", _MARK)


def _plain(text: str) -> str:
    return text.replace(_STAR, "*").replace(_MARK, "?")


def _like(pattern: str, text: str) -> bool:
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(_plain(sign)) for sign in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
