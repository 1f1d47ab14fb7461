"""The keyring of a real desktop: gnome-keyring behind the Secret Service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

PRELUDE = """
from app.auth.keyring_store import KeyringStore
from app.core.errors import SignInError

def open_store():
    return KeyringStore("https://accounts.google.com", ("example.com",))

def tell(call):
    try:
        print(call())
    except SignInError as error:
        print(error.code)
"""
LOCK = """
import secretstorage
connection = secretstorage.dbus_init()
secretstorage.get_default_collection(connection).lock()
connection.close()
"""


@pytest.fixture
def run_in_session(tmp_path):
    """Return what runs a program in a desktop session of its own, whose keyring has an empty password."""
    missing = [name for name in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(name) is None]
    if missing:
        reason = f"needs {' and '.join(missing)} (apt-get install dbus-x11 gnome-keyring)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    def run(program: str, *, is_unlocked: bool = True) -> list[str]:
        runtime = tmp_path / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH")}
        password = "printf '\\n' |" if is_unlocked else "</dev/null"
        script = f'{password} gnome-keyring-daemon --unlock --components=secrets >&2; exec "$0" -c "$1"'
        found = subprocess.run(
            ["dbus-run-session", "--", "bash", "-c", script, sys.executable, PRELUDE + program],
            env=kept | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert found.returncode == 0, found.stderr
        return found.stdout.splitlines()

    return run


def test_a_secret_is_kept_replaced_and_deleted(run_in_session):
    told = run_in_session("""
print(open_store().read())
open_store().write("old")
open_store().write("n\u00e9w")
print(open_store().read())
open_store().delete()
open_store().delete()
print(open_store().read())
""")
    assert told == ["None", "néw", "None"]


def test_the_keyring_shows_one_entry_under_our_name(run_in_session):
    told = run_in_session("""
open_store().write("old")
open_store().write("new")
import secretstorage
connection = secretstorage.dbus_init()
for item in secretstorage.get_default_collection(connection).get_all_items():
    print(item.get_attributes()["service"], item.get_attributes()["username"], item.get_secret().decode())
connection.close()
""")
    assert told == ["Tagdrop accounts.google.com example.com new"]


def test_a_secret_survives_the_session(run_in_session):
    run_in_session('open_store().write("secret")')
    assert run_in_session("print(open_store().read())") == ["secret"]


def test_a_keyring_that_stays_locked_says_so_once(run_in_session):
    told = run_in_session(f"""
open_store().write("secret")
{LOCK}
store = open_store()
for call in (store.read, store.read, lambda: store.write("new"), store.delete):
    tell(call)
""")
    assert told == ["keyring-locked"] * 4


def test_a_keyring_that_was_never_set_up_keeps_nothing(run_in_session):
    assert run_in_session("tell(open_store().read)", is_unlocked=False) == ["keyring-locked"]
