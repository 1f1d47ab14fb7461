"""The mark of origin: what each system reads, and that a file is never lost for it."""

from __future__ import annotations

import os
import sys

import pytest

from app.services.zip_part.origin import ZONE_IDENTIFIER, mark_origin, quarantine


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"content")
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="the attribute of Linux")
def test_linux_is_told_where_it_came_from(file):
    try:
        os.setxattr(file, "user.test", b"1")
    except OSError:
        pytest.skip("this file system keeps no attributes")
    mark_origin(file, "example-files")
    assert os.getxattr(file, "user.xdg.origin.url") == b"s3://example-files/"
    assert file.read_bytes() == b"content"


@pytest.mark.skipif(sys.platform != "linux", reason="the error of Linux")
def test_a_file_system_without_attributes_keeps_the_file(file, monkeypatch, caplog):
    def refuse(*arguments):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    with caplog.at_level("INFO", "app"):
        mark_origin(file, "example-files")
    assert file.read_bytes() == b"content"
    assert caplog.messages == ["No mark of origin on a.zip: Operation not supported"]


def test_windows_reads_the_internet_zone_in_the_stream_of_that_name(file, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    mark_origin(file, "example-files")
    stream = file.with_name("a.zip:Zone.Identifier")
    assert stream.read_bytes() == ZONE_IDENTIFIER == b"[ZoneTransfer]\r\nZoneId=3\r\n"


def test_macos_reads_flags_time_and_program():
    assert quarantine(0x6561A2C4) == b"0081;6561a2c4;Tagdrop;"
