"""The people whom the sign-in page offers."""

from __future__ import annotations

from dataclasses import dataclass

from app.demo.access import DOMAIN


@dataclass(frozen=True, slots=True)
class Person:
    """An account at the provider.

    Attributes:
        subject: claim `sub`: digits, as Google's are.
        name: what the page calls the person.
        email: claim `email`.
        domain: claim `hd`; None for a personal account.
        is_verified: claim `email_verified`.
    """

    subject: str
    name: str
    email: str
    domain: str | None
    is_verified: bool = True


PEOPLE = (
    Person("104000000000000000001", "Maria Keller", "maria.keller@example.com", DOMAIN),
    Person("104000000000000000002", "Jonas Weber", "jonas.weber@example.com", DOMAIN),
    Person("104000000000000000003", "Sam Carter", "sam.carter@example.org", "example.org"),
    Person("104000000000000000004", "Maria Keller", "maria.keller@mail.example", None),
)
"""Two of the organisation, one of another, and a personal account."""
