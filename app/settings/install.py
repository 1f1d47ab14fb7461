"""Taking over the settings file that IT has handed to a person."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from app.core.errors import local_file_error
from app.settings.sources import default_paths, load


def install(file: Path, default: tuple[Path, ...] | None = None) -> Path:
    """Make `file` the person's own settings, unless something is wrong with it, and return where they are now.

    Args:
        file: as it came from IT; stays where it is.
        default: the machine's and the person's file, the latter last; `default_paths()` when None.

    Raises:
        ConfigurationError: as `load`: it can't be used, also not together with the machine's file.
        LocalFileError: it can't be copied.
    """
    *machine, target = default_paths() if default is None else default
    load(file, tuple(machine))
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(file.read_bytes())
        part.replace(target)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise local_file_error(error, str(target)) from error
    return target
