"""A desktop session's keyring, for programs that tests start: gnome-keyring behind a session bus of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def keyring_session(folder: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run an unlocked keyring and yield the environment of programs in that session; skip where there is none.

    Args:
        folder: becomes the home of who works in the session.
        environment: what the programs have besides.
    """
    missing = [name for name in ("dbus-daemon", "gnome-keyring-daemon") if shutil.which(name) is None]
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"needs {' and '.join(missing)} (apt-get install dbus-x11 gnome-keyring)")
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, parents=True)
    session = {**environment, "HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime)}
    # The keyring itself is kept in the home, wherever a test keeps Tagdrop's own files.
    own = {name: value for name, value in session.items() if name != "XDG_DATA_HOME"}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    assert bus.stdout
    try:
        address = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
        subprocess.run(
            # Goes on in the background once it is ready, and ends with the bus.
            ["gnome-keyring-daemon", "--unlock", "--components=secrets"],
            env=own | address,
            input=b"\n",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=20,
        )
        yield session | address
    finally:
        bus.terminate()
        bus.wait(timeout=20)
        bus.stdout.close()
