"""What a terminal shows of the log: with -v what helps, and never a secret."""

from __future__ import annotations

import logging
import threading

import pytest

from app.cli.main import Parts, main
from app.logs.setup import start_logging

SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ID_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl"


def fail(*_: object) -> None:
    try:
        raise KeyError({"Authorization": f"Bearer {ID_TOKEN}"})
    except KeyError as error:
        raise RuntimeError(f"can’t sign with {SECRET_KEY}\x1b[2J") from error


PARTS = Parts(
    read_settings=fail,
    connect=fail,
    open_sign_in=fail,
    forget_person=fail,
    read_known_settings=fail,
    open_account=fail,
    demo=fail,
    window=fail,
)  # type: ignore[arg-type]


def test_with_v_an_unforeseen_error_shows_where_it_was_and_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tags", "-v"], PARTS) == 1
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "RuntimeError: can’t sign with ***␛[2J" in told
    assert "in fail" in told
    for secret in (SECRET_KEY, ID_TOKEN, "\x1b"):
        assert secret not in told


@pytest.mark.parametrize("words", [["tags"], ["tags", "--json"]])
def test_without_v_it_names_the_kind_of_error_only(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(words, PARTS) == 1
    told = capsys.readouterr()
    assert "RuntimeError; -v shows where" in told.out + told.err
    assert "Traceback" not in told.err
    assert "sign with" not in told.out + told.err


@pytest.mark.parametrize("name", ["boto3", "botocore.endpoint", "awscrt", "urllib3", "google.auth", "oauthlib"])
def test_sdks_tell_of_trouble_only_whatever_their_level(capsys: pytest.CaptureFixture[str], name: str) -> None:
    sdk = logging.getLogger(name)
    before, sdk.level = sdk.level, logging.DEBUG
    try:
        start_logging(is_verbose=True)
        sdk.debug("request body")
        sdk.info("response body")
        sdk.warning("retrying with x-amz-security-token: %s", "canary")
    finally:
        sdk.setLevel(before)
    assert capsys.readouterr().err == f"WARNING {name}: retrying with x-amz-security-token: ***\n"


def test_without_v_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(is_verbose=False)
    logging.getLogger("urllib3").warning("retrying")
    logging.getLogger("app.x").error("failed")
    assert capsys.readouterr().err == ""


def test_a_name_from_a_stranger_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(is_verbose=True)
    logging.getLogger("app.x").info("stored %s", "a\nERROR app.x: forged\x1b[31m")
    assert capsys.readouterr().err == "INFO app.x: stored a␊ERROR app.x: forged␛[31m\n"


def test_the_end_of_a_thread_is_told_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(is_verbose=True)
    thread = threading.Thread(target=fail, name="reader")
    thread.start()
    thread.join()
    told = capsys.readouterr().err
    assert "ERROR app.logs.setup: Thread reader ended in an error that nobody foresaw\nTraceback" in told
    assert SECRET_KEY not in told
    assert ID_TOKEN not in told
