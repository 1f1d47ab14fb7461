"""Which values a setting takes, and what is said of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.settings.checks import check_prefix, check_value

ADDRESS = "it must begin with https:// (http:// only for this computer itself)"
PLACEHOLDERS = "isn’t known; {year}, {month} and {day} are"


@pytest.mark.parametrize(
    ("section", "key", "kind", "value", "taken"),
    [
        ("upload", "allow_replace", bool, False, False),
        ("organization", "name", str, "Example Ltd", "Example Ltd"),
        ("organization", "domain", tuple[str, ...], "example.com", ("example.com",)),
        ("organization", "domain", tuple[str, ...], ["a.com", "b.com"], ("a.com", "b.com")),
        ("organization", "domain", tuple[str, ...], ["A.com", "B.Com"], ("a.com", "b.com")),
        ("tags", "fixed", Mapping[str, str], {"Tag2": "Tag-value"}, {"Tag2": "Tag-value"}),
        ("tags", "required_pattern", str, r"P-\d+", r"P-\d+"),
        ("storage", "endpoint_url", str, "", ""),
        ("storage", "endpoint_url", str, "https://s3.example.com:9000", "https://s3.example.com:9000"),
        ("storage", "endpoint_url", str, "http://[::1]:8333", "http://[::1]:8333"),
    ],
)
def test_a_good_value_is_taken(section: str, key: str, kind: Any, value: object, taken: object) -> None:
    assert check_value(section, key, value, kind) == (taken, "")


@pytest.mark.parametrize(
    ("section", "key", "kind", "value", "problem"),
    [
        ("upload", "allow_replace", bool, "yes", "expected true or false"),
        ("organization", "name", str, 3, "expected text in quotes"),
        ("organization", "domain", tuple[str, ...], ["a.com", 3], "expected a list of texts"),
        ("tags", "fixed", Mapping[str, str], {"Tag2": 3}, 'expected a table of texts, like { Tag2 = "Tag-value" }'),
        ("tags", "fixed", Mapping[str, str], "x", 'expected a table of texts, like { Tag2 = "Tag-value" }'),
        ("tags", "forbidden_pattern", str, "(", "it isn’t a regular expression: "),
        ("google", "issuer", str, "accounts.google.com", ADDRESS),
        ("storage", "endpoint_url", str, "http://s3.example.com", ADDRESS),
        ("storage", "endpoint_url", str, "https://", ADDRESS),
        ("storage", "endpoint_url", str, "https://[", "it isn’t an address"),
        ("storage", "endpoint_url", str, "https://s3.example.com:http", "it isn’t an address"),
        ("search", "engine", str, "fastest", "it must be "),
        ("upload", "prefix", str, "{week}/", "{week} " + PLACEHOLDERS),
    ],
)
def test_another_value_is_told_with_what_was_expected(
    section: str, key: str, kind: Any, value: object, problem: str
) -> None:
    assert check_value(section, key, value, kind)[1].startswith(problem)


@pytest.mark.parametrize("prefix", ["", "{year}/{month}/{day}/", "第1号　東京/", "scans-", "a.b/..c/"])
def test_a_prefix_that_makes_good_keys_is_taken(prefix: str) -> None:
    assert check_prefix(prefix) == ""


@pytest.mark.parametrize(
    ("prefix", "problem"),
    [
        ("{}/", "{} " + PLACEHOLDERS),
        ("/a/", "it must not begin with / or .tagdrop/"),
        (".tagdrop/", "it must not begin with / or .tagdrop/"),
        ("a//", "it must not hold //, ./ or ../"),
        ("a/../", "it must not hold //, ./ or ../"),
        ("./", "it must not hold //, ./ or ../"),
        ("a\\", "it must not hold backslashes or control characters"),
        ("a\n/", "it must not hold backslashes or control characters"),
    ],
)
def test_a_prefix_that_makes_others_is_refused(prefix: str, problem: str) -> None:
    assert check_prefix(prefix) == problem
