"""A provider of one test's own, and a program that signs in there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.provider import Provider
from tests.desktop import Desktop


@pytest.fixture(scope="session")
def first_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a provider remembers after its first start: making a key takes longer than most of the tests."""
    path = tmp_path_factory.mktemp("provider") / "sign-in.json"
    with Provider(path):
        return path


@pytest.fixture
def provider(tmp_path: Path, first_state: Path) -> Iterator[Provider]:
    shutil.copy(first_state, tmp_path)
    with Provider(tmp_path / first_state.name) as provider:
        yield provider


@pytest.fixture
def desktop(provider: Provider) -> Desktop:
    return Desktop(provider)
