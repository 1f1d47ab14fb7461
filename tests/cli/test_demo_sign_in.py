"""The demo from the command line, as a desktop has it: people sign in in the browser, and stay signed in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser import environment_of, shown_to
from tests.desktop import JONAS, MARIA, PERSONAL, STRANGER
from tests.keyring_session import keyring_session


@contextmanager
def demo(folder: Path) -> Iterator[dict[str, Any]]:
    """Run the demo and yield what it says when it is ready."""
    command = [sys.executable, "-m", "app", "demo", "--headless", "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)


class Desk:
    """Somebody's computer.

    Attributes:
        config: settings file that the commands work with.
    """

    def __init__(self, folder: Path, session: dict[str, str]) -> None:
        self.config = ""
        self._person = folder / "person"
        self._environment = session | environment_of(self._person)

    def sign_in(self, who: str) -> tuple[int, str]:
        """Sign in in the browser; return the exit code, and what the command and the browser said."""
        self._person.write_text(who, encoding="utf-8")
        shown_to(self._person).unlink(missing_ok=True)
        found = self._run("sign-in")
        deadline = time.monotonic() + 20
        while not shown_to(self._person).exists():  # the browser tells nobody when it is done
            assert time.monotonic() < deadline, found.stderr
            time.sleep(0.05)
        return found.returncode, found.stdout + found.stderr + shown_to(self._person).read_text(encoding="utf-8")

    def ask(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run another command; return its exit code and the last line of its answer."""
        found = self._run(*words, "--json")
        return found.returncode, json.loads(found.stdout.splitlines()[-1])

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", *words, "--config", self.config]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", env=self._environment, timeout=60, stdin=subprocess.DEVNULL
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with keyring_session(tmp_path / "home", os.environ) as session:
        yield Desk(tmp_path, session)


def test_who_signs_in_works_under_their_name_and_stays_so_when_the_demo_starts_again(
    desk: Desk, tmp_path: Path
) -> None:
    with demo(tmp_path / "demo") as ready:
        desk.config = ready["config"]
        assert "[google]" not in Path(ready["it_config"]).read_text(encoding="utf-8")
        assert desk.ask("find", "Invoice 2026")[0] == 4
        code, told = desk.sign_in(MARIA)
        assert code == 0, told
        assert f"Signed in as {MARIA}" in told
        assert desk.ask("find", "Invoice 2026")[1]["matches"] > 50
    with demo(tmp_path / "demo") as ready:
        _, who = desk.ask("whoami")
        assert (who["email"], who["domain"]) == (MARIA, "example.com")
        assert desk.ask("sign-out")[0] == 0
        assert desk.ask("find", "Invoice 2026")[0] == 4


def test_only_people_of_the_organisation_get_in(desk: Desk, tmp_path: Path) -> None:
    with demo(tmp_path / "demo") as ready:
        desk.config = ready["config"]
        for who, reason in ((PERSONAL, "is a personal account"), (STRANGER, "belongs to another organisation")):
            code, told = desk.sign_in(who)
            assert (code, told.count(f"{who} {reason}")) == (4, 2), told
        assert desk.ask("whoami")[0] == 4
        assert desk.sign_in(JONAS)[0] == 0
