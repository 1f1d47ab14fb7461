"""`tagdrop`, `tagdropw` and `python -m app`: a command, or the window."""

from __future__ import annotations

import sys

from app import bootstrap
from app.cli.main import Parts, main as run_command
from app.settings.sources import load


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    parts = Parts(
        read_settings=load,
        connect=bootstrap.connect,
        open_sign_in=bootstrap.open_sign_in,
        demo=bootstrap.run_demo,
        window=bootstrap.open_window,
    )
    return run_command(sys.argv[1:], parts)


if __name__ == "__main__":
    sys.exit(main())
