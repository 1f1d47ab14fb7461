"""A second OpenID provider, which isn't ours: `oidc-provider` from npm, run by node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

CLIENT_ID = "tagdrop"
CLIENT_SECRET = "known-to-every-desktop"

_OLDEST_NODE = 20
_SCRIPT = Path(__file__).with_name("certified.mjs")


@contextmanager
def certified_provider(people: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Run it and yield its address.

    Args:
        people: further claims of those who can sign in, by email address.
    """
    node, modules = _installed()
    command = [node, str(_SCRIPT), str(modules), json.dumps(people)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    )
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


def _installed() -> tuple[str, Path]:
    """Return the program and its modules; skips the test where they are missing, under CI=true it fails."""
    modules = Path(os.environ.get("OIDC_PROVIDER_MODULES", "node_modules"))
    own = modules / ".bin" / "node"
    node = str(own) if own.exists() else shutil.which("node")
    if node is None or _version(node) < _OLDEST_NODE:
        _miss(f"needs node {_OLDEST_NODE} or later")
    if not (modules / "oidc-provider").is_dir():
        _miss("needs `npm install --prefix DIR oidc-provider@9`, and OIDC_PROVIDER_MODULES=DIR/node_modules")
    return str(node), modules.absolute()


def _version(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, encoding="utf-8", check=True).stdout
    return int(told.removeprefix("v").partition(".")[0])


def _miss(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
