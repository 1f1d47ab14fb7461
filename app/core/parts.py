"""What a multipart upload needs to outlive the program."""

from __future__ import annotations

from typing import Protocol


class PartsRecord(Protocol):
    """Remembers the multipart upload of one file, so that it can go on from the parts that were acknowledged."""

    @property
    def upload_id(self) -> str | None:
        """Of an upload that was begun before; None where there is none to go on with."""

    @property
    def stays(self) -> bool:
        """Whether the parts stay when the upload is cancelled: it will be gone on with."""

    def begun(self, upload_id: str | None) -> None:
        """Note the upload that was begun; None: it is aborted, or can't be gone on with."""
