"""A private S3 server and the sign-in provider that it trusts on this machine, for the demo and for tests."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from app.core.errors import AppError, ConfigurationError, LocalFileError, OutageError, local_file_error
from app.core.job import CancelToken
from app.demo import watchdog
from app.demo.access import Access, access_configuration
from app.demo.keys import Keys, read_or_make_keys
from app.demo.lock import lock_folder
from app.demo.ports import free_ports
from app.demo.private import write_private
from app.demo.weed import OLDEST_VERSION, PORTS, Weed, find_weed

if TYPE_CHECKING:
    from app.demo.provider import Provider

REGION = "us-east-1"
"""What requests to it are signed for; the server takes any."""

_ACCESS = Access()
_LEAST_FREE_BYTES = 200 * 1024 * 1024
_FULL_BYTES = 64 * 1024
_START_SECONDS = 60.0
_GRACE_SECONDS = 5.0
_PATIENCE_SECONDS = 6.0
_ATTEMPTS = 3
_CREATE_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0


class LocalServer:
    """Runs server and provider on a data folder; a context manager that starts and stops them.

    The server ends with this process, however that one ends (`app.demo.watchdog`). Data and keys stay in the
    folder, and the next start finds them.

    Attributes:
        data_dir: holds the keys (`s3.json`), what the provider remembers (`sign-in.json`) and what the server is told
            of it (`access.json`), all for the owner only; the server's data and its log.
    """

    def __init__(
        self,
        data_dir: Path,
        access: Access = _ACCESS,
        *,
        least_free_bytes: int = _LEAST_FREE_BYTES,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        """Take what to run on.

        Args:
            data_dir: made if it isn't there.
            access: what signed-in people may do.
            least_free_bytes: space that its disk must have left.
            patience_seconds: how long to wait for a demo on the same folder that is just ending.
        """
        self.data_dir = data_dir.absolute()
        self._access = access
        self._provider: Provider | None = None
        self._least_free_bytes = least_free_bytes
        self._patience_seconds = patience_seconds
        self._lock: IO[bytes] | None = None
        self._guardian: subprocess.Popen[bytes] | None = None
        self._weed: Weed | None = None
        self._keys = Keys("", "")
        self._pid = 0

    @property
    def endpoint_url(self) -> str:
        """Where S3 answers; only once started."""
        return self._weed_in_use.endpoint_url

    @property
    def provider(self) -> Provider:
        """Signs people in; only once started."""
        if self._provider is None:
            raise RuntimeError("the provider isn't started")
        return self._provider

    @property
    def access_key_id(self) -> str:
        """Names the key of the one account that it knows."""
        return self._keys.access_key_id

    @property
    def secret_access_key(self) -> str:
        """Signs requests."""
        return self._keys.secret_access_key

    @property
    def pid(self) -> int:
        """Process id of the server itself."""
        return self._pid

    @property
    def is_running(self) -> bool:
        """Whether the server was started and hasn't ended since."""
        return self._guardian is not None and self._guardian.poll() is None

    def start(self, cancel: CancelToken | None = None) -> None:
        """Start it and wait until S3 answers.

        Raises:
            ConfigurationError: `demo-not-installed`.
            LocalFileError: the folder is in use, damaged, can't be written to, or its disk is full.
            OutageError: no port is free, or the server doesn't come up.
            CancelledError: when cancelled meanwhile.
        """
        program, provider = find_weed(), _provider(self.data_dir / "sign-in.json")
        self._prepare_folder()
        self._lock = lock_folder(self.data_dir, self._patience_seconds)
        try:
            self._keys = read_or_make_keys(self._identities)
            provider.start()
            self._provider = provider
            write_private(self._people_access, access_configuration(self._access, provider.issuer, provider.client_id))
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    self._launch(program)
                    self._wait_until_ready(cancel or CancelToken())
                    return
                except OutageError as error:
                    # Somebody took the port between our look and the server's.
                    if error.code != "demo-port-taken" or attempt == _ATTEMPTS:
                        raise
                    self._stop_server()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both, by force after some seconds, and let others have the folder; does nothing when they don't run."""
        self._stop_server()
        provider, self._provider = self._provider, None
        if provider is not None:
            provider.stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _weed_in_use(self) -> Weed:
        if self._weed is None:
            raise RuntimeError("the server isn't started")
        return self._weed

    @property
    def _identities(self) -> Path:
        return self.data_dir / "s3.json"

    @property
    def _people_access(self) -> Path:
        return self.data_dir / "access.json"

    @property
    def _log(self) -> Path:
        return self.data_dir / "server.log"

    @property
    def stored(self) -> Path:
        """The folder in which the server keeps the buckets."""
        return self.data_dir / "server"

    def _prepare_folder(self) -> None:
        try:
            self.stored.mkdir(parents=True, exist_ok=True)
            # The server would take flags of its last start from here; ours are complete.
            (self.stored / "mini.options").unlink(missing_ok=True)
            free_bytes = shutil.disk_usage(self.data_dir).free
        except OSError as error:
            raise local_file_error(error, str(self.data_dir)) from error
        if free_bytes < self._least_free_bytes:
            raise LocalFileError(
                "disk-full",
                "Not enough space on this computer",
                f"The demo needs {_megabytes(self._least_free_bytes)}, {_megabytes(free_bytes)} are free. "
                "Free some space, or choose another folder with --data-dir.",
                str(self.data_dir),
            )

    def _launch(self, program: Path) -> None:
        ports = self.data_dir / "ports.json"
        weed = Weed(program, self.stored, self._identities, self._people_access, free_ports(PORTS, _read_ports(ports)))
        write_private(ports, weed.ports)
        self._forget_other_masters(weed)
        temporary = tempfile.mkdtemp(prefix="tagdrop-demo-")
        sockets = [str(path) for path in weed.sockets]
        arguments = [str(_GRACE_SECONDS), str(self._log), temporary, str(len(sockets)), *sockets, *weed.command]
        guardian = subprocess.Popen(
            [*_watchdog(), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is ours to answer, not the server's.
            pass_fds=() if sys.platform == "win32" or self._lock is None else (self._lock.fileno(),),
            creationflags=_CREATE_NO_WINDOW,
        )
        self._guardian, self._weed = guardian, weed
        answer = guardian.stdout.readline().decode(errors="replace").strip() if guardian.stdout else ""
        if not answer.isdigit():
            self._stop_server()
            shutil.rmtree(temporary, ignore_errors=True)
            raise OutageError("demo-not-startable", "The demo’s server can’t be started", answer, str(program))
        self._pid = int(answer)

    def _forget_other_masters(self, weed: Weed) -> None:
        """Delete what a start on other ports remembered of itself; it holds no data of ours."""
        for folder in self.stored.glob("m[0-9]*"):
            if folder.name != f"m{weed.master_port}":
                shutil.rmtree(folder, ignore_errors=True)

    def _wait_until_ready(self, cancel: CancelToken) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not self.is_running:
                raise self._explanation()
            if time.monotonic() > deadline:
                raise OutageError(
                    "demo-not-answering",
                    "The demo’s server doesn’t answer",
                    f"It was given {_START_SECONDS:.0f} seconds. Its log is {self._log}.",
                )
            cancel.wait(0.03)  # A server that begins to listen gives no sign of it.
            cancel.raise_if_cancelled()

    def _answers(self) -> bool:
        # Asked without a key, S3 refuses: that is an answer. 5xx would say that it is still starting.
        if _status_and_body(self._weed_in_use.endpoint_url, "/")[0] not in (200, 403):
            return False
        # It answers before the part that holds the data has reported to the master, and finds nothing of it until then.
        status, body = _status_and_body(self._weed_in_use.master_url, "/dir/status")
        with contextlib.suppress(ValueError, TypeError, KeyError):
            return status == 200 and json.loads(body)["Topology"]["Max"] > 0
        return False

    def _explanation(self) -> AppError:
        """Say why the server ended, from the last words of its log."""
        text = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        last_words = _last_words(text)
        # On a full disk there is no room for the log to say so.
        if "no space left on device" in text or shutil.disk_usage(self.data_dir).free < _FULL_BYTES:
            return LocalFileError(
                "disk-full",
                "Not enough space on this computer",
                "Free some space, or choose another folder with --data-dir.",
                str(self.data_dir),
            )
        if "flag provided but not defined" in text:
            return ConfigurationError(
                "demo-server-too-old",
                "The storage server on this computer is too old for the demo",
                f"Install SeaweedFS {OLDEST_VERSION} or later.",
                str(self._weed.program if self._weed else ""),
            )
        if "Port allocation failed" in text or "address already in use" in text:
            return OutageError("demo-port-taken", "A port that the demo needs is taken", last_words)
        return LocalFileError(
            "demo-data-damaged",
            "The demo’s data can’t be used",
            f"Delete the folder to begin anew, or choose another with --data-dir. Its server says: {last_words}",
            str(self.data_dir),
        )

    def _stop_server(self) -> None:
        guardian, self._guardian, self._pid = self._guardian, None, 0
        if guardian is None:
            return
        if guardian.stdin is not None:
            guardian.stdin.close()
        try:
            guardian.wait(_GRACE_SECONDS + 5)
        except subprocess.TimeoutExpired:
            guardian.kill()
            guardian.wait()
        if guardian.stdout is not None:
            guardian.stdout.close()


def _provider(state_file: Path) -> Provider:
    try:
        from app.demo.provider import Provider
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "demo-not-installed",
            "The demo needs a sign-in provider that isn’t installed",
            "Install it with: pip install Authlib",
        ) from error
    return Provider(state_file)


def _status_and_body(url: str, path: str) -> tuple[int, bytes]:
    """GET it; status 0 where nothing answers."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=2)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    return 0, b""


def _watchdog() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, watchdog.COMMAND]
    return [sys.executable, "-I", "-S", watchdog.__file__]


def _read_ports(path: Path) -> tuple[int, ...]:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return tuple(int(port) for port in json.loads(path.read_text(encoding="utf-8")))
    return ()


def _last_words(log: str) -> str:
    """Return the line of the log that says why it ended: its last fatal or error line, else its last one."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for level in ("F", "E"):
        told = [line.split("] ")[-1] for line in lines if line.startswith(level) and line[1:5].isdigit()]
        if told:
            return told[-1].partition(".go:")[2].partition(" ")[2] or told[-1]
    return lines[-1] if lines else "nothing."


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.0f} MB"
