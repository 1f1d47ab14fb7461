"""Links that work without signing in: the port that makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PublicLink:
    """An address that anyone can open who has it.

    Attributes:
        url: the address; whoever has it, has the file.
        expires_at: when it ends, aware UTC: never after the session that signed it.
    """

    url: str = field(repr=False)
    expires_at: datetime


class LinkSigner(Protocol):
    """Makes public links to objects of the staging bucket."""

    def sign(self, key: str, file_name: str, until: datetime) -> PublicLink:
        """Return a link that ends then, or earlier where the session that signs it can't live as long.

        Args:
            key: of the object.
            file_name: under which a browser saves it.
            until: aware UTC.

        Raises:
            SignInError: nobody is signed in.
            AppError: no session can be had.
        """
