"""Which program asks the sign-in provider."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Client:
    """Tagdrop, as the sign-in provider knows it.

    Attributes:
        issuer: address of the provider.
        client_id: of the desktop client there.
        client_secret: of the same; empty where the provider wants none.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
