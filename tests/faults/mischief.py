"""Faults between client and server, made now and then by a seed: what a bad line and a busy server do."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

from tests.proxy import (
    Asked,
    FaultProxy,
    Forward,
    Reply,
    answer,
    copies_object,
    cut_after,
    flip_byte,
    hang_up,
    lose_reply,
    puts_object,
    puts_part,
    reads_content,
)

_DELAY_SECONDS = 0.3
_OUTAGE_SECONDS = (0.2, 3.0)


@dataclass
class Mischief:
    """A fault of the proxy that is one of many, or none.

    Attributes:
        chance: decides; the order in which requests come does so too.
        likelihood: of a fault, for each request; 0 for a line as good as it gets.
        made: how many there were of each kind.
    """

    chance: Random
    likelihood: float = 0.0
    made: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _out_until: float = 0.0

    @classmethod
    def on(cls, proxy: FaultProxy, chance: Random) -> Mischief:
        """Return what makes faults in this proxy from now on."""
        mischief = cls(chance)
        proxy.on(lambda asked: True, mischief)
        return mischief

    @property
    def total(self) -> int:
        return sum(self.made.values())

    def go_out(self) -> None:
        """Let the line be dead for a moment."""
        with self._lock:
            self._out_until = time.monotonic() + self.chance.uniform(*_OUTAGE_SECONDS)

    def end(self) -> None:
        """Make no more faults."""
        with self._lock:
            self.likelihood = self._out_until = 0.0

    def __call__(self, asked: Asked, forward: Forward) -> Reply | None:
        kind = self._pick(asked)
        if kind == "delay":
            time.sleep(_DELAY_SECONDS)
        fault = _FAULTS.get(kind)
        return fault(asked, forward) if fault else forward()

    def _pick(self, asked: Asked) -> str:
        with self._lock:
            kind = ""
            if time.monotonic() < self._out_until:
                kind = "outage"
            elif self.chance.random() < self.likelihood:
                kind = self.chance.choice(_kinds_for(asked))
            if kind:
                self.made[kind] += 1
            return kind


def _kinds_for(asked: Asked) -> list[str]:
    kinds = ["500", "503 SlowDown", "cut request", "lost reply", "delay"]
    if asked.method == "GET":
        kinds.append("cut reply")
    # Damage to what has no checksum, as a listing, can be noticed by TLS alone.
    if reads_content(asked):
        kinds.append("damaged reply")
    if (puts_object(asked) or puts_part(asked)) and not copies_object(asked) and asked.body:
        kinds.append("damaged request")
    return kinds


def _cut_somewhere(asked: Asked, forward: Forward) -> Reply | None:
    reply = forward()
    return cut_after(len(reply.body) // 2)(asked, lambda: reply) if reply.body else None


def _flip_if_any(asked: Asked, forward: Forward) -> Reply | None:
    reply = forward()
    return flip_byte(asked, lambda: reply) if reply.body else reply


def _damage_request(asked: Asked, forward: Forward) -> Reply | None:
    middle = len(asked.body) // 2
    body = asked.body[:middle] + bytes([asked.body[middle] ^ 1]) + asked.body[middle + 1 :]
    return forward(replace(asked, body=body))  # type: ignore[call-arg]


_FAULTS = {
    "outage": hang_up,
    "500": answer(500, "InternalError"),
    "503 SlowDown": answer(503, "SlowDown"),
    "cut request": hang_up,
    "lost reply": lose_reply,
    "cut reply": _cut_somewhere,
    "damaged reply": _flip_if_any,
    "damaged request": _damage_request,
}
