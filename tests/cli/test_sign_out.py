"""`tagdrop sign-out`: the account goes, and what this computer keeps of its person's files."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.cli.main import main
from app.core.errors import LocalFileError
from app.settings.model import Google, Settings
from tests.fakes import MARIA, ScriptedSignIn


@pytest.fixture
def sign_in():
    return ScriptedSignIn(MARIA)


@pytest.fixture
def sign_out(sign_in):
    """Return what runs the command, given what forgets a person."""

    def run(forget_person):
        parts = SimpleNamespace(
            read_settings=lambda config: Settings(google=Google("desktop")),
            open_sign_in=lambda settings: sign_in,
            forget_person=lambda settings, user_id: forget_person(user_id),
            connect=None,
            read_known_settings=None,
            open_account=None,
        )
        return main(["sign-out"], parts)

    return run


def test_nothing_of_the_persons_files_stays(sign_in, sign_out, capsys):
    forgotten = []
    assert sign_out(forgotten.append) == 0
    assert (forgotten, sign_in.signed_out) == ([MARIA.subject], [False])
    assert sign_out(forgotten.append) == 0
    assert forgotten == [MARIA.subject]
    assert capsys.readouterr().out.splitlines() == [f"{MARIA.email} is signed out", "Nobody was signed in"]


def test_the_account_is_forgotten_also_where_the_files_cant_be_deleted(sign_in, sign_out, capsys):
    def refuse(user_id):
        raise LocalFileError("file-locked", "Another program has it open", "Close it there and try again.", "index")

    assert sign_out(refuse) == 1
    assert sign_in.account is None
    assert "index: Another program has it open. Close it there and try again." in capsys.readouterr().err
