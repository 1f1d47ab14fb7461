from __future__ import annotations

import json
import sys

import pytest

from app.cli.output import Output, utf8_streams
from app.core.errors import InputError


def test_a_program_for_the_desktop_has_no_streams_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    stdout, stderr = utf8_streams()
    with stdout, stderr:
        output = Output(stdout, stderr, is_json=False, is_verbose=True)
        output.event("match", {}, "a")
        output.error(InputError("usage", "Wrong"))
        output.progress("half")
        output.close()


def test_names_that_are_not_unicode_are_escaped(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    stdout, stderr = utf8_streams()
    Output(stdout, stderr, is_json=False, is_verbose=False).event("match", {}, "a\udcff, é")
    stdout.flush()
    assert capfdbinary.readouterr().out.decode() == "a‹U+DCFF›, é\n"


def test_json_lines_keep_every_script(capsys: pytest.CaptureFixture[str]) -> None:
    stdout, stderr = utf8_streams()
    Output(stdout, stderr, is_json=True, is_verbose=False).event("match", {"key": "عقد"})
    line = capsys.readouterr().out
    assert "عقد" in line
    assert json.loads(line) == {"event": "match", "key": "عقد"}
