"""`tagdrop sign-out`: the account goes, and what this computer keeps of its person's files."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from app.cli.main import main
from app.core.errors import LocalFileError, SignInError
from app.settings.model import Google, Settings
from tests.fakes import MARIA, ScriptedSignIn


@pytest.fixture
def sign_in():
    return ScriptedSignIn(MARIA)


@pytest.fixture
def sign_out(sign_in):
    """Return what runs the command, given what forgets a person."""

    def run(forget_person, *options):
        parts = SimpleNamespace(
            read_settings=lambda config: Settings(google=Google("desktop")),
            open_sign_in=lambda settings: sign_in,
            forget_person=lambda settings, user_id: forget_person(user_id),
            connect=None,
            read_known_settings=None,
            open_account=None,
        )
        return main(["sign-out", *options], parts)

    return run


def test_nothing_of_the_persons_files_stays(sign_in, sign_out, capsys):
    forgotten = []

    def forget(user_id):
        forgotten.append(user_id)
        return ()

    assert sign_out(forget) == 0
    assert (forgotten, sign_in.signed_out) == ([MARIA.subject], [False])
    assert sign_out(forget) == 0
    assert forgotten == [MARIA.subject]
    assert capsys.readouterr().out.splitlines() == [f"{MARIA.email} is signed out", "Nobody was signed in"]


def test_the_account_is_forgotten_also_where_the_files_cant_be_deleted(sign_in, sign_out, capsys):
    def refuse(user_id):
        raise LocalFileError("file-locked", "Another program has it open", "Close it there and try again.", "index")

    assert sign_out(refuse) == 1
    assert sign_in.account is None
    assert "index: Another program has it open. Close it there and try again." in capsys.readouterr().err


LEFT = LocalFileError("part-left", "It couldn’t be deleted", "Delete it yourself.", "/stick/a.zip.part")


def test_what_a_download_has_left_and_stays_is_told_and_the_account_goes(sign_in, sign_out, capsys):
    assert sign_out(lambda user_id: (LEFT,)) == 0
    assert sign_in.account is None
    said = capsys.readouterr()
    assert said.out == f"{MARIA.email} is signed out\n"
    assert said.err == "/stick/a.zip.part: It couldn’t be deleted. Delete it yourself.\n"


def test_programs_are_told_too(sign_out, capsys):
    assert sign_out(lambda user_id: (LEFT,), "--json") == 0
    left, signed_out = map(json.loads, capsys.readouterr().out.splitlines())
    assert (left["event"], left["error"]["code"], left["error"]["target"]) == ("left", "part-left", LEFT.target)
    assert signed_out == {"event": "signed-out", "email": MARIA.email}


def test_it_is_told_also_where_the_keyring_refuses_afterwards(sign_in, sign_out, capsys):
    sign_in.sign_out_error = SignInError("keyring-locked", "The keyring is locked", "Unlock it.")
    assert sign_out(lambda user_id: (LEFT,)) == 4
    assert capsys.readouterr().err.splitlines() == [str(LEFT), "tagdrop: The keyring is locked. Unlock it."]
