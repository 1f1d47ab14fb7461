"""Keeping the sign-in in the keyring of this computer."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError, PasswordSetError

from app.auth import keyring_store
from app.auth.keyring_store import LIMIT_BYTES, KeyringStore, entry_name
from app.core.errors import SignInError

ISSUER = "https://accounts.google.com"
LOCKED = (
    "The keyring is locked. Your sign-in lasts only until Tagdrop is closed. "
    "To stay signed in, unlock it and start Tagdrop again."
)


@pytest.fixture
def open_store(keyring):
    """Return what opens the store as a newly started program does."""
    return lambda issuer=ISSUER, domains=("example.com",): KeyringStore(issuer, domains, lambda: keyring)


def refusal(call, *arguments) -> SignInError:
    with pytest.raises(SignInError) as caught:
        call(*arguments)
    return caught.value


def test_a_secret_survives_a_restart(open_store):
    assert open_store().read() is None
    open_store().write("sécret")
    assert open_store().read() == "sécret"


def test_a_new_secret_replaces_the_old_one(open_store, keyring):
    open_store().write("old")
    open_store().write("new")
    assert list(keyring.entries.values()) == ["new"]


def test_a_deleted_secret_is_gone_and_deleting_nothing_is_no_error(open_store, keyring):
    open_store().write("secret")
    store = open_store()
    store.delete()
    store.delete()
    assert keyring.entries == {}
    assert store.read() is None


def test_each_provider_and_organisation_has_an_entry_of_its_own(open_store, keyring):
    open_store().write("a")
    open_store(issuer="https://login.example").write("b")
    open_store(domains=("other.org",)).write("c")
    assert {service for service, _ in keyring.entries} == {"Tagdrop"}
    assert open_store().read() == "a"


def test_the_entry_keeps_its_name():
    assert entry_name(ISSUER, ("example.com",)) == "accounts.google.com example.com"
    assert entry_name(f"{ISSUER}/", ("b.example", "a.example")) == "accounts.google.com a.example b.example"
    assert entry_name("http://127.0.0.1:8080/realm", ("a.example",)) == "127.0.0.1:8080/realm a.example"


def test_the_keyring_is_read_once(open_store, keyring):
    store = open_store()
    for _ in range(3):
        store.read()
    assert keyring.asked == ["get"]


def test_threads_that_ask_at_the_same_time_read_it_once(open_store, keyring):
    store, everybody_asks = open_store(), threading.Barrier(8)

    def ask(_):
        everybody_asks.wait(10)
        return store.read()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert keyring.asked == ["get"]


def test_it_can_be_read_again_for_what_another_program_wrote(open_store):
    store = open_store()
    store.write("mine")
    open_store().write("theirs")
    assert store.read() == "mine"
    assert store.read(again=True) == "theirs"
    assert store.read() == "theirs"


@pytest.mark.parametrize("error", [KeyringLocked("Failed to unlock"), InitError("Prompt dismissed")])
def test_a_locked_keyring_prompts_once_and_says_so_in_one_sentence(open_store, keyring, error):
    keyring.error, store = error, open_store()
    for call, arguments in ((store.read, ()), (store.read, ()), (store.write, ("s",)), (store.delete, ())):
        refused = refusal(call, *arguments)
        assert (refused.code, str(refused)) == ("keyring-locked", LOCKED)
    assert keyring.asked == ["get"]


@pytest.mark.parametrize(
    "error", [PasswordSetError("Cancelled by user"), OSError(5, "secret in an error"), RuntimeError()]
)
def test_a_keyring_that_refuses_in_its_own_way_is_told_by_kind(open_store, keyring, error):
    keyring.error, store = error, open_store()
    refused = refusal(store.write, "s")
    assert refused.code == "keyring-locked"
    assert str(refused) == (
        "The keyring doesn’t let Tagdrop in. Your sign-in lasts only until Tagdrop is closed. "
        f"Allow Tagdrop to use it and start Tagdrop again ({type(error).__name__})."
    )
    assert refusal(store.read).code == "keyring-locked"
    assert keyring.asked == ["set"]


def test_a_keyring_that_does_not_delete_is_not_taken_for_an_empty_one(open_store, keyring, monkeypatch):
    def denied(service, username):
        raise PasswordDeleteError("Can't delete password in keychain")

    open_store().write("secret")
    monkeypatch.setattr(keyring, "delete_password", denied)
    assert refusal(open_store().delete).code == "keyring-locked"


def test_a_secret_as_long_as_windows_keeps_is_kept(open_store):
    open_store().write("x" * (LIMIT_BYTES // 2))
    assert len(open_store().read()) == 1280


@pytest.mark.parametrize(("secret", "size"), [("x" * 1281, "2,562"), ("😀" * 641, "2,564")])
def test_a_longer_secret_is_refused_with_the_reason(open_store, keyring, secret, size):
    refused = refusal(open_store().write, secret)
    assert refused.code == "secret-too-long"
    assert str(refused) == (
        f"The keyring can’t keep a sign-in as long as this. It takes {size} bytes, 2,560 are possible. "
        "Your sign-in lasts only until Tagdrop is closed. Ask your IT team."
    )
    assert keyring.asked == []


@pytest.mark.parametrize(
    ("platform", "remedy"),
    [
        (
            "linux",
            "To stay signed in, install one (apt-get install gnome-keyring, or KDE’s KWallet) "
            "and log in to this computer again.",
        ),
        ("darwin", "Ask your IT team: Tagdrop can’t reach the one that comes with the system."),
        ("win32", "Ask your IT team: Tagdrop can’t reach the one that comes with the system."),
    ],
)
def test_a_computer_without_a_keyring_is_told_what_to_install(monkeypatch, platform, remedy):
    monkeypatch.setattr(keyring_store.sys, "platform", platform)
    asked = []
    store = KeyringStore(ISSUER, ("example.com",), lambda: asked.append(1))
    for call, arguments in ((store.read, ()), (store.write, ("s",)), (store.delete, ())):
        refused = refusal(call, *arguments)
        assert refused.code == "no-keyring"
        assert str(refused) == (
            f"This computer has no keyring. Your sign-in lasts only until Tagdrop is closed. {remedy}"
        )
    assert asked == [1]


def test_the_secret_does_not_show(open_store):
    store = open_store()
    store.write("the-secret")
    assert "the-secret" not in repr(store)


@pytest.mark.parametrize(
    ("platform", "name"), [("darwin", "keyring.backends.macOS"), ("win32", "keyring.backends.Windows")]
)
def test_each_system_has_its_own_keyring_and_no_other(monkeypatch, platform, name):
    asked = []

    class Viable:
        priority = 5

    class Module:
        Keyring = WinVaultKeyring = Viable

    monkeypatch.setattr(keyring_store.sys, "platform", platform)
    monkeypatch.setattr(keyring_store, "import_module", lambda module: asked.append(module) or Module)
    assert isinstance(keyring_store.os_keyring(), Viable)
    assert asked == [name]


@pytest.mark.parametrize(
    ("secret_service", "kwallet", "chosen"),
    [(5, 4.9, "SecretService"), (5, 5.1, "kwallet"), (None, 4.9, "kwallet"), (5, None, "SecretService")],
)
def test_on_linux_the_keyring_of_the_desktop_is_chosen(monkeypatch, secret_service, kwallet, chosen):
    class Priority:
        def __init__(self, value):
            self.value = value

        def __get__(self, instance, owner):
            if self.value is None:
                raise RuntimeError("not running")
            return self.value

    def module(name, value):
        backend = type("Keyring", (), {"priority": Priority(value), "module": name})
        return type("Module", (), {"Keyring": backend, "DBusKeyring": backend, "DBusKeyringKWallet4": backend})

    modules = {
        "keyring.backends.SecretService": module("SecretService", secret_service),
        "keyring.backends.kwallet": module("kwallet", kwallet),
    }
    monkeypatch.setattr(keyring_store.sys, "platform", "linux")
    monkeypatch.setattr(keyring_store, "import_module", modules.__getitem__)
    assert keyring_store.os_keyring().module == chosen


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="this system always has a keyring")
@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "plain.Keyring",
        "keyring.backends.chainer.ChainerBackend",
    ],
)
@pytest.mark.parametrize("named_by", ["environment", "keyringrc.cfg"])
def test_a_backend_that_keeps_secrets_nowhere_or_in_a_file_is_never_used(tmp_path, backend, named_by):
    """Neither where the person's configuration of the library names it, nor where it claims to be the best."""
    (tmp_path / "plain.py").write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Keyring(KeyringBackend):\n"
        "    priority = 99\n"
        "    def get_password(self, service, username): return 'from a plain file'\n"
        "    def set_password(self, service, username, password): open('written', 'w').write(password)\n"
    )
    (tmp_path / "python_keyring").mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join((os.environ["PYTHONPATH"], str(tmp_path))),
    }
    if named_by == "environment":
        environment["PYTHON_KEYRING_BACKEND"] = backend
    else:
        environment["XDG_CONFIG_HOME"] = str(tmp_path)
        (tmp_path / "python_keyring" / "keyringrc.cfg").write_text(
            f"[backend]\ndefault-keyring={backend}\nkeyring-path={tmp_path}\n"
        )
    program = (
        "import plain\n"
        "from app.auth.keyring_store import KeyringStore\n"
        "store = KeyringStore('https://accounts.google.com', ('example.com',))\n"
        "for call in (store.read, lambda: store.write('secret')):\n"
        "    try: print('kept', call())\n"
        "    except Exception as error: print(error.code)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["no-keyring", "no-keyring"]
    assert not (tmp_path / "written").exists()


def test_the_library_is_loaded_only_when_the_keyring_is_asked():
    program = "import sys, app.auth.google, app.auth.keyring_store; print('keyring' in sys.modules, 'oauthlib' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]
