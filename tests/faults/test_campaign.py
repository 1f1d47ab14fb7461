"""A short campaign with a seed that is printed; the long one is a command (`python -m tests.faults.campaign`)."""

from __future__ import annotations

import secrets

import pytest

from tests.faults.campaign import opened, run


@pytest.mark.timeout(400)
def test_nothing_is_lost_or_passed_off_as_whole(s3_server, tmp_path, capsys):
    seed = secrets.randbelow(10**6)
    with capsys.disabled():
        print(f"\nfaults by seed {seed}")  # noqa: T201
    with opened(s3_server, tmp_path, seed) as (campaign, mischief):
        run(campaign, mischief, faults=60, seconds=45)
        assert mischief.total
        assert campaign.tally.files
