"""A bucket as it is, beside how it is to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.provisioning import BucketState, Finding, Guard
from app.services.provisioning.buckets import BucketPlan


@dataclass(frozen=True, slots=True)
class Look:
    """A bucket as it is, beside how it is to be.

    Attributes:
        plan: how it is to be.
        state: how it is.
        uses_tls: whether the server is reached by https.
        holds_other_files: asked only where every file is to be deleted after a while.
    """

    plan: BucketPlan
    state: BucketState
    uses_tls: bool
    holds_other_files: Callable[[], bool]

    def finding(self, guard: Guard, text: str, remedy: str, can_close: bool = True) -> Finding:
        """Return a finding about this bucket."""
        return Finding(self.plan.name, guard, text, remedy, can_close)
