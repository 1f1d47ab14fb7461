from __future__ import annotations

from pathlib import Path

import pytest

from app.logs import file


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the log file will be."""
    path = tmp_path / "state" / "tagdrop" / "tagdrop.log"
    monkeypatch.setattr(file.platformdirs, "user_log_path", lambda *_, **__: path.parent)
    return path
