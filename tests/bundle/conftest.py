"""The bundle, built once a run and moved to where nothing of the source tree or of Python is near."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.demo.server import REGION, LocalServer
from tests.server import Buckets, credentials_environment, write_config

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Bundle:
    """Runs the bundle's programs as a user does who has nothing else.

    Attributes:
        folder: of the bundle.
        home: of the user.
        environment: nothing of this process's own.
    """

    folder: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str | Path, name: str = "tagdrop") -> list[str]:
        """Return a command line for one of its two programs."""
        return [str(self.folder / name), *map(str, words)]

    def run(self, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            cwd=self.home,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    def start(self, *words: str | Path, name: str = "tagdrop", **environment: str) -> subprocess.Popen[str]:
        """Start a program that runs until it is told to end."""
        return subprocess.Popen(
            self.command(*words, name=name),
            cwd=self.home,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The bundle's folder; building it takes up to a minute."""
    _need([name for name in ("objcopy", "objdump") if sys.platform == "linux" and shutil.which(name) is None])
    work = tmp_path_factory.mktemp("build")
    command = [
        sys.executable,
        "-m",
        "PyInstaller",
        ROOT / "build.spec",
        "--distpath",
        work,
        "--workpath",
        work / "work",
    ]
    environment = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(work / "cache")}
    result = subprocess.run(command, cwd=work, env=environment, capture_output=True, encoding="utf-8", timeout=500)
    if "PythonLibraryNotFoundError" in result.stderr:
        _need(["Python's shared library"])
    assert result.returncode == 0, result.stderr[-4000:]
    # Elsewhere, under a name that isn't easy, as users do it.
    folder = Path(shutil.move(work / "tagdrop", tmp_path_factory.mktemp("user") / "Programme für Büro"))
    # pytest would keep that of the last three runs.
    shutil.rmtree(work)
    yield folder
    shutil.rmtree(folder)


def _need(missing: list[str]) -> None:
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"building the bundle needs {', '.join(missing)}")
    if missing:
        pytest.skip(f"building the bundle needs {', '.join(missing)}")


@pytest.fixture
def bundle(built: Path, tmp_path: Path) -> Bundle:
    """The bundle with a user who hasn't set up anything."""
    home = tmp_path / "home"
    home.mkdir()
    return Bundle(built, home, {"HOME": str(home), "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true"})


@pytest.fixture
def set_up(bundle: Bundle, s3_server: LocalServer, buckets: Buckets) -> Bundle:
    """The bundle with a user whose settings and keys lead to the real server."""
    config = write_config(bundle.home, s3_server, buckets)
    mine = {**credentials_environment(s3_server), "AWS_REGION": REGION, "TAGDROP_CONFIG": str(config)}
    return Bundle(bundle.folder, bundle.home, bundle.environment | mine)


@pytest.fixture
def from_source(bundle: Bundle) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the same from the source tree, to compare with."""

    def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", *map(str, words)]
        variables = bundle.environment | {"PYTHONPATH": str(ROOT)} | environment
        return subprocess.run(
            command, cwd=bundle.home, env=variables, capture_output=True, encoding="utf-8", timeout=60
        )

    return run
