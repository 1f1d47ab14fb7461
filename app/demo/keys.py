"""The keys of the one account that the demo's server knows."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from app.core.errors import local_file_error
from app.demo.private import damaged, write_private


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs requests to the demo's server.

    Attributes:
        access_key_id: names the key.
        secret_access_key: signs.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)


def read_or_make_keys(path: Path) -> Keys:
    """Return the account's keys; random ones at the first start.

    Args:
        path: the server's own file of identities; made readable for the owner only.

    Raises:
        LocalFileError: `demo-data-damaged`, or what keeps the file from being read or written.
    """
    try:
        if not path.exists():
            _write(path, Keys("DEMO" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30)))
        (identity,) = json.loads(path.read_text(encoding="utf-8"))["identities"]
        (keys,) = identity["credentials"]
        return Keys(str(keys["accessKey"]), str(keys["secretKey"]))
    except OSError as error:
        raise local_file_error(error, str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, "The demo’s keys can’t be read") from error


def _write(path: Path, keys: Keys) -> None:
    identity = {
        "name": "demo",
        "credentials": [{"accessKey": keys.access_key_id, "secretKey": keys.secret_access_key}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
    }
    write_private(path, {"identities": [identity]})
