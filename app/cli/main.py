"""From the words of the command line to a command and its exit code."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn, Protocol

from app.cli import (
    fetch,
    find,
    index,
    provision,
    resume,
    retag,
    share,
    sign_in,
    sign_out,
    staged,
    sweep,
    tags,
    transfers,
    upload,
    whoami,
)
from app.cli.context import CommandServices, Context
from app.cli.output import Output, utf8_streams
from app.cli.parser import add_common_options, new_parser
from app.core.errors import AppError, BugError, CancelledError, LocalFileError
from app.core.job import CancelToken
from app.core.links import is_link
from app.core.ports.provisioning import Provisioner
from app.core.ports.session import SignIn
from app.logs.setup import start_logging
from app.settings.model import Settings

CONFIG_VARIABLE = "TAGDROP_CONFIG"
"""Environment variable that stands in for `--config`."""

EXIT_CANCELLED = 130


class Command(Protocol):
    """A module of one command."""

    def configure(self, parser: ArgumentParser) -> None:
        """Declare its options."""

    def run(self, context: Context) -> int:
        """Do it and return the exit code."""


_COMMANDS: Mapping[str, tuple[Command, str]] = {
    "upload": (upload, "upload files and folders with a tag"),
    "transfers": (transfers, "list uploads that were interrupted, or discard one"),
    "resume": (resume, "go on with uploads that were interrupted"),
    "find": (find, "list every file that carries the tags"),
    "fetch": (fetch, "take every file that carries the tags away as one ZIP"),
    "share": (share, "make a link to every file that carries the tags"),
    "tags": (tags, "list the tags in use with counts"),
    "retag": (retag, "rename a tag on every file that carries it, or undo that"),
    "index": (index, "bring the list of files on this computer up to date"),
    "staged": (staged, "list or delete your temporary copies"),
    "sweep": (sweep, "remove temporary copies older than 24 hours"),
    "sign-in": (sign_in, "sign in with your organisation’s account"),
    "sign-out": (sign_out, "forget the account on this computer"),
    "whoami": (whoami, "show who is signed in"),
    "provision": (provision, "write or set up buckets, role and policies, and the desktops’ settings"),
}


class DemoCommand(Protocol):
    """Runs the demo."""

    def __call__(self, data_dir: Path | None, is_headless: bool, cancel: CancelToken, output: Output) -> int:
        """Serve until it is cancelled or the window closes, and return the exit code."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the commands need from the layers above.

    Attributes:
        read_settings: reads the settings, with the file of `--config`.
        connect: puts the parts together, with this sign-in where there is one.
        open_sign_in: returns the sign-in that the settings name.
        forget_person: deletes what this computer keeps of the files of somebody, by user id; returns why something of
            interrupted downloads is still there.
        read_known_settings: reads the settings as far as they are there.
        open_account: returns the cloud account to set up.
        demo: runs the demo.
        window: opens the window on the settings of `--config`, and on a Tagdrop link where it isn't empty.
    """

    read_settings: Callable[[Path | None], Settings]
    connect: Callable[[Settings, SignIn | None], CommandServices]
    open_sign_in: Callable[[Settings], SignIn]
    forget_person: Callable[[Settings, str], tuple[LocalFileError, ...]]
    read_known_settings: Callable[[Path | None], Settings]
    open_account: Callable[[str, str, str], Provisioner]
    demo: DemoCommand
    window: Callable[[Path | None, str], int]


def main(argv: Sequence[str], parts: Parts) -> int:
    """Run a command and return the exit code: 0 done, 1 partly, 2 usage, 3 configuration, 4 sign-in, 5 storage, 130."""
    stdout, stderr = utf8_streams()
    words = list(argv)
    output = Output(stdout, stderr, is_json=_asks_for_json(words), is_verbose=False)
    try:
        arguments = _parse(words)
        output.is_verbose = arguments.verbose
        start_logging(arguments.verbose)
        return _run(arguments, parts, output)
    except CancelledError:
        if output.is_json:
            output.error(BugError("cancelled", "Cancelled", "What was done until then stays."))
        return EXIT_CANCELLED
    except AppError as error:
        output.error(error)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has gone; nothing more can be said, and closing must not say so either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_CANCELLED
    except Exception as error:
        logging.getLogger(__name__).debug("Unexpected", exc_info=True)
        output.error(BugError("bug", "Something went wrong inside Tagdrop", f"{type(error).__name__}; -v shows where."))
        return 1
    finally:
        _close(output)


def _parse(words: list[str]) -> Namespace:
    parser = new_parser()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (module, text) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        module.configure(command)
        add_common_options(command)
    demo = commands.add_parser("demo", help="try Tagdrop on a private server on this computer", allow_abbrev=False)
    demo.add_argument("--headless", action="store_true", help="no window; serve until Ctrl-C")
    demo.add_argument("--data-dir", type=Path, metavar="DIR", help="where the demo keeps its data")
    add_common_options(demo)
    # A link stands alone, as a browser hands it over; behind a command it is a value like any other.
    has_link = bool(words) and is_link(words[-1]) and not any(word in commands.choices for word in words)
    arguments = parser.parse_args(words[:-1] if has_link else words)
    arguments.link = words[-1] if has_link else ""
    return arguments


def _run(arguments: Namespace, parts: Parts, output: Output) -> int:
    config = arguments.config or _config_from_environment()
    if arguments.command is None:
        return parts.window(config, arguments.link)
    cancel = CancelToken()
    with _Interrupts(cancel):
        if arguments.command == "demo":
            return parts.demo(arguments.data_dir, arguments.headless, cancel, output)
        context = Context(
            arguments,
            output,
            cancel,
            lambda: parts.read_settings(config),
            parts.connect,
            parts.open_sign_in,
            parts.forget_person,
            lambda: parts.read_known_settings(config),
            parts.open_account,
        )
        with closing(context):
            return _COMMANDS[arguments.command][0].run(context)


def _config_from_environment() -> Path | None:
    name = os.environ.get(CONFIG_VARIABLE)
    return Path(name) if name else None


def _asks_for_json(words: list[str]) -> bool:
    """Tell whether `--json` is among the options, also where they can't be parsed."""
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options


class _Interrupts:
    """Turns Ctrl-C and SIGTERM into a cancellation; the second one ends the program at once.

    SIGTERM is the wish of the system, at a shutdown or a logout, not of somebody who has enough of a transfer: that
    is left to go on.
    """

    def __init__(self, cancel: CancelToken) -> None:
        self._cancel = cancel
        self._before: dict[int, object] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._take)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self._cancel.is_cancelled:
            _end_at_once()
        cancel = partial(self._cancel.cancel, is_for_later=number == signal.SIGTERM)
        # A callback takes locks that this very thread may hold, so it runs on another one.
        threading.Thread(target=cancel, daemon=True).start()


def _end_at_once() -> NoReturn:
    os._exit(EXIT_CANCELLED)


def _close(output: Output) -> None:
    try:
        output.close()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
