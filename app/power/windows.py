"""Windows: a wish that the system keeps with the thread (SetThreadExecutionState, winbase.h)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_CONTINUOUS = 0x80000000
_SYSTEM_REQUIRED = 0x00000001


@contextmanager
def kept_awake(kernel32: Any = None) -> Iterator[None]:
    """Keep the system awake; the wish ends with the thread too.

    Args:
        kernel32: the library; the system's own when None.

    Raises:
        OSError: Windows refused.
    """
    library = kernel32 or ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    if not library.SetThreadExecutionState(ctypes.c_uint(_CONTINUOUS | _SYSTEM_REQUIRED)):
        raise OSError("SetThreadExecutionState was refused")
    try:
        yield
    finally:
        library.SetThreadExecutionState(ctypes.c_uint(_CONTINUOUS))
