"""The kinds of transfers that there are."""

from __future__ import annotations

from app.ui.transfers.download import Download
from app.ui.transfers.sharing import Sharing
from app.ui.transfers.upload import Upload

AnyTransfer = Upload | Download | Sharing
