"""The tree keeps its rules: imports, types, style."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["-c", "from importlinter.cli import lint_imports_command as run; run()"], id="imports"),
        pytest.param(["-m", "mypy"], id="types"),
        pytest.param(["-m", "ruff", "check", "."], id="lint"),
        pytest.param(["-m", "ruff", "format", "--check", "."], id="format"),
    ],
)
def test_the_tree_keeps_its_rules(command: list[str]) -> None:
    found = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_command_line_needs_neither_qt_nor_an_sdk_until_it_connects() -> None:
    program = (
        "import sys, app.__main__, app.bootstrap, app.cli.main, app.settings.sources;"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'PySide6', 'boto3', 'botocore', 'awscrt', 'google', 'jwt', 'keyring'}))"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_window_is_imported_without_an_sdk() -> None:
    program = (
        "import sys, app.ui.run;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'boto3', 'botocore', 'awscrt', 'google', 'jwt', 'keyring'}))"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
