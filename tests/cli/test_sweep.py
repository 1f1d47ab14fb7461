"""`tagdrop sweep` and uploads that nobody goes on with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.bootstrap import SystemClock
from tests.integration.uploading import open_uploads
from tests.proxy import answer


@pytest.fixture
def in_eight_days(monkeypatch):
    monkeypatch.setattr(SystemClock, "now", lambda self: datetime.now(UTC) + timedelta(days=8))


@pytest.fixture
def abandoned(boto, buckets):
    boto.create_multipart_upload(Bucket=buckets.storage, Key="gone.bin")


@pytest.mark.parametrize(("hours", "ended"), [(None, 1), (24 * 9, 0), (0, 0)])
def test_it_ends_uploads_after_the_time_that_is_set(
    tagdrop, behind_config, abandoned, in_eight_days, boto, buckets, hours, ended
):
    if hours is not None:
        behind_config.write_text(f"{behind_config.read_text()}\n[upload]\nabandoned_hours = {hours}\n")
    swept = tagdrop("sweep", "--json")
    assert (swept.code, swept.lines[-1]["uploads_aborted"]) == (0, ended)
    assert len(open_uploads(boto, buckets.storage)) == 1 - ended


def test_who_may_not_list_them_sweeps_the_rest_all_the_same(tagdrop, abandoned, in_eight_days, proxy, buckets):
    proxy.on(lambda asked: "uploads" in asked.query and asked.bucket == buckets.storage, answer(403, "AccessDenied"))
    swept = tagdrop("sweep", "-v")
    assert swept.code == 0
    assert "Unfinished uploads can’t be listed" in swept.stderr
