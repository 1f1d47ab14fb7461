"""What the provider remembers from start to start."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from joserfc.jwk import RSAKey

from app.core.errors import local_file_error
from app.demo.private import damaged, write_private


@dataclass(frozen=True, slots=True)
class SignIn(TokenMixin):
    """What a refresh token stands for.

    Attributes:
        subject: of the person who signed in.
        scope: that was granted.
        code_hash: of the code that it was given for.
    """

    subject: str
    scope: str
    code_hash: str

    def check_client(self, client: ClientMixin) -> bool:
        """Allow the one client that there is."""
        return True

    def get_scope(self) -> str:
        """Return what was granted."""
        return self.scope


class State:
    """Signing keys, sign-ins, the client's secret and the port, in a file for the owner only.

    Of refresh tokens only hashes are kept. May be used by several threads.

    Attributes:
        client_secret: random, made at the first start.
    """

    def __init__(self, path: Path) -> None:
        """Read the file, or make what it holds.

        Raises:
            LocalFileError: `demo-data-damaged`, or what keeps the file from being read or written.
        """
        self._path = path
        self._lock = threading.Lock()
        self.client_secret = secrets.token_urlsafe(24)
        self._port = 0
        self._keys: tuple[RSAKey, ...] = ()
        self._sign_ins: dict[str, SignIn] = {}
        try:
            if path.exists():
                self._read()
            else:
                self._keys = (_new_key(),)
        except OSError as error:
            raise local_file_error(error, str(path)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(path, "The demo’s sign-ins can’t be read") from error

    @property
    def port(self) -> int:
        """Where the provider listened last; 0 before the first start."""
        return self._port

    @property
    def keys(self) -> tuple[RSAKey, ...]:
        """The key that signs, and before it was changed the last one: tokens signed with it are still good."""
        return self._keys

    def keep_port(self, port: int) -> None:
        """Remember where the provider listens; makes the file at the first start.

        Raises:
            LocalFileError: it can't be written.
        """
        with self._lock:
            self._port = port
            self._write()

    def rotate_keys(self) -> None:
        """Sign with a new key from now on, and forget all but the last.

        Raises:
            LocalFileError: it can't be written.
        """
        with self._lock:
            self._keys = (_new_key(), self._keys[0])
            self._write()

    def keep(self, token: str, sign_in: SignIn) -> None:
        """Remember what a refresh token stands for.

        Raises:
            LocalFileError: it can't be written.
        """
        with self._lock:
            self._sign_ins[digest(token)] = sign_in
            self._write()

    def find(self, token: str) -> SignIn | None:
        """Return what a refresh token stands for."""
        return self._sign_ins.get(digest(token))

    def forget(self, is_meant: Callable[[SignIn], bool]) -> None:
        """End sign-ins.

        Raises:
            LocalFileError: it can't be written.
        """
        with self._lock:
            left = {token: sign_in for token, sign_in in self._sign_ins.items() if not is_meant(sign_in)}
            if len(left) < len(self._sign_ins):
                self._sign_ins = left
                self._write()

    def _read(self) -> None:
        content = json.loads(self._path.read_text(encoding="utf-8"))
        self.client_secret = str(content["client_secret"])
        self._port = int(content["port"])
        self._keys = tuple(RSAKey.import_key(key) for key in content["keys"])
        self._sign_ins = {str(token): SignIn(**fields) for token, fields in content["sign_ins"].items()}

    def _write(self) -> None:
        content = {
            "client_secret": self.client_secret,
            "port": self._port,
            "keys": [key.as_dict(private=True) for key in self._keys],
            "sign_ins": {token: asdict(sign_in) for token, sign_in in self._sign_ins.items()},
        }
        write_private(self._path, content)


def digest(secret: str) -> str:
    """Return what is kept of a code or a token; they are long and random, so that nobody finds them from it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
