"""A whole day's work with `-vv`, and every secret of that day looked for in everything that it left."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.demo.access import ROLE_ARN
from app.demo.provider.grants import CodeGrant
from tests import browser, proxy as faults
from tests.desktop import MARIA
from tests.keyring_session import keyring_session
from tests.proxy import FaultProxy
from tests.server import write_config

EXITS = (0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 0, 1, 0, 4)
"""Of each command of the day; only IT may sweep everybody's places."""

# Run by a browser, so to speak: it writes down what a child of the program can see, and then signs in.
BROWSER = """
import os, pathlib, subprocess, sys
seen = pathlib.Path(os.environ["SEEN"])
with seen.open("a") as out:
    out.write(repr(sys.argv) + repr(dict(os.environ)))
    out.write(pathlib.Path(f"/proc/{os.getppid()}/cmdline").read_text())
subprocess.run([sys.executable, os.environ["SCRIPTED_BROWSER"], sys.argv[1]], check=True)
"""
DAY = """
run() { timeout 60 "$PYTHON" -m app "$@" -vv --config "$CONFIG"; echo "exit $?"; }
run sign-in
run whoami --json
run upload --tag Site "$FILES" --json
run find Site --engine live
run find Site --json
run tags
run fetch Site --output "$HOME/site.zip"
run staged --json
run sweep
run find Refused
run find Broken --json
QT_QPA_PLATFORM=offscreen "$PYTHON" -m app --config "$CONFIG" -vv & window=$!
for _ in $(seq 300); do grep -rqs "Connected as" "$HOME/.local/state/tagdrop" && break; sleep 0.1; done
kill -TERM $window; wait $window; echo "exit $?"
"$PYTHON" -c "$CRASH" find Site -vv --config "$CONFIG"; echo "exit $?"
cp -a "$HOME/.local/share/tagdrop" "$HOME/as-it-was"
run sign-out --everywhere
run whoami
"""
# An error that nobody foresaw, in the middle of a request that holds the credentials.
CRASH = """
import sys
from app.aws import wire
from app.__main__ import main

def fall(self, credentials=None):
    held = self.holder.current
    raise KeyError(f"{held.secret_access_key} {held.session_token}")

wire.Wire._signing_config = fall
sys.exit(main())
"""


class Secrets:
    """Writes down every secret that the provider and the STS hand out.

    Attributes:
        texts: by kind.
    """

    def __init__(self, provider, proxy, monkeypatch):
        self.texts = {kind: set() for kind in ("refresh token", "ID token", "code", "verifier", "secret", "session")}
        self._watch(monkeypatch, provider.state, "keep", "refresh token", lambda token, _kept, _none: token)
        self._watch(monkeypatch, provider.id_tokens, "issue", "ID token", lambda *all_: all_[-1])
        redeem = CodeGrant.query_authorization_code

        def redeem_and_note(grant, code, client):
            self.texts["code"].add(code)
            self.texts["verifier"].add(grant.request.payload.data["code_verifier"])
            return redeem(grant, code, client)

        monkeypatch.setattr(CodeGrant, "query_authorization_code", redeem_and_note)
        proxy.on(lambda asked: b"AssumeRoleWithWebIdentity" in asked.body, self._assume)

    def _watch(self, monkeypatch, owner, name, kind, secret_of):
        original = getattr(owner, name)

        def note(*arguments, **options):
            result = original(*arguments, **options)
            self.texts[kind].add(secret_of(*arguments, *options.values(), result))
            return result

        monkeypatch.setattr(owner, name, note)

    def _assume(self, asked, forward):
        self.texts["ID token"].update(parse_qs(asked.body.decode())["WebIdentityToken"])
        reply = forward()
        answer = reply.body.decode()
        self.texts["secret"].update(re.findall("<SecretAccessKey>(.*?)</", answer))
        self.texts["session"].update(re.findall("<SessionToken>(.*?)</", answer))
        return reply


class _Nth:
    """Matches some of the requests that match, by their number."""

    def __init__(self, matches, *numbers):
        self._matches, self._numbers, self._count = matches, numbers, 0

    def __call__(self, asked):
        self._count += self._matches(asked)
        return self._matches(asked) and self._count in self._numbers


def write_settings(folder, s3_server, endpoint_url, buckets):
    """Write the settings of somebody who signs in, with the storage at `endpoint_url`."""
    provider = s3_server.provider
    google = f"""
[google]
issuer = "{provider.issuer}"
client_id = "{provider.client_id}"
client_secret = "{provider.client_secret}"
"""
    config = write_config(folder, s3_server, buckets, google)
    text = config.read_text().replace(s3_server.endpoint_url, endpoint_url)
    config.write_text(text.replace("[storage]", f'[storage]\nrole_arn = "{ROLE_ARN}"'))
    return config


@pytest.mark.timeout(300)
def test_nothing_secret_is_left_anywhere(s3_server, buckets, files, tmp_path, monkeypatch):
    for name in ("plan.pdf", "offer.docx"):
        (files / name).write_bytes(name.encode())
    (tmp_path / "browser.py").write_text(BROWSER)
    (tmp_path / "who").write_text(MARIA)
    home, seen, out, err = (tmp_path / name for name in ("home", "seen", "stdout", "stderr"))
    with FaultProxy(urlsplit(s3_server.endpoint_url).netloc).running() as proxy:
        secrets = Secrets(s3_server.provider, proxy, monkeypatch)
        lists_files = lambda asked: faults.lists(asked) and asked.bucket == buckets.storage  # noqa: E731
        proxy.on(_Nth(lists_files, 5, 6), faults.answer(403, "AccessDenied"))
        environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH")} | {
            "PYTHON": sys.executable,
            "CONFIG": str(write_settings(tmp_path, s3_server, proxy.endpoint_url, buckets)),
            "FILES": str(files),
            "CRASH": CRASH,
            "SEEN": str(seen),
            "BROWSER": f"{sys.executable} {tmp_path / 'browser.py'} %s &",
            "SCRIPTED_BROWSER": str(Path(browser.__file__)),
            "SIGN_IN_AS": str(tmp_path / "who"),
        }
        with keyring_session(home, environment) as session, out.open("wb") as stdout, err.open("wb") as stderr:
            subprocess.run(["bash", "-c", DAY], env=session, stdout=stdout, stderr=stderr, timeout=240, check=False)
    told, complained = out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
    exits = [line for line in told.splitlines() if line.startswith("exit ")]
    assert exits == [f"exit {code}" for code in EXITS], told + complained
    assert "KeyError" in complained
    assert all(secrets.texts.values()), {kind: len(texts) for kind, texts in secrets.texts.items()}
    left = {str(path): path.read_bytes() for path in [out, err, seen, *home.rglob("*")] if path.is_file()}
    assert {Path(name).suffix for name in left} >= {".sqlite", ".log", ".zip", ".keyring"}
    found = [
        (name, kind)
        for name, content in left.items()
        if not name.endswith(".keyring")
        for kind, texts in secrets.texts.items()
        for secret in texts
        if secret.encode() in content
    ]
    assert found == []
