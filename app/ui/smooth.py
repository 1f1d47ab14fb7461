"""Settings of the interpreter that keep the window's thread free while workers are busy."""

from __future__ import annotations

import gc
import sys

_SWITCH_SECONDS = 0.001
_COLLECT = (10_000, 50, 1000)


def favour_window() -> None:
    """Let waiting threads have their turn sooner, and collect garbage less often.

    A worker that computes keeps the interpreter for 5 ms at a time, which each step of the window's drawing
    would wait for. A full collection walks every found file and stops all threads meanwhile; reference counts
    free nearly everything without it.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.freeze()
    gc.set_threshold(*_COLLECT)
