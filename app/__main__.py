"""`tagdrop`, `tagdropw` and `python -m app`: a command, or the window."""

from __future__ import annotations

import os
import sys

from app.demo import watchdog


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    if getattr(sys, "frozen", False):
        _keep_bundle_to_itself()
        if sys.argv[1:2] == [watchdog.COMMAND]:
            return watchdog.main(sys.argv[2:])
    return _run()


def _run() -> int:
    # Loaded here, as the watchdog needs nothing of it and should be there at once.
    from app import bootstrap
    from app.cli.main import Parts, main as run_command
    from app.settings.sources import load, load_incomplete

    parts = Parts(
        read_settings=load,
        connect=bootstrap.connect,
        open_sign_in=bootstrap.open_sign_in,
        forget_person=bootstrap.forget_person,
        read_known_settings=load_incomplete,
        open_account=bootstrap.open_account,
        demo=bootstrap.run_demo,
        window=bootstrap.open_window,
    )
    return run_command(sys.argv[1:], parts)


def _keep_bundle_to_itself() -> None:
    """Take back what PyInstaller set for this process, before a browser or file manager started by it inherits it.

    With the bundle's libraries and Qt plugins in their search paths such programs crash (PyInstaller manual,
    "LD_LIBRARY_PATH / LIBPATH considerations"), and a Tagdrop that they start would take itself for a part of this
    process. This one has read its own already, and PySide6 finds its plugins without.
    """
    before = os.environ.get("LD_LIBRARY_PATH_ORIG")
    for name in list(os.environ):
        if name.startswith(("_PYI_", "LD_LIBRARY_PATH")) or name in ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH"):
            del os.environ[name]
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before


if __name__ == "__main__":
    sys.exit(main())
