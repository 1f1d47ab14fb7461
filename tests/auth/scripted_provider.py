"""A sign-in provider that answers what a test tells it to, for what a good one never does."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

from tests.auth.minting import Signer, claims_of


class ScriptedProvider:
    """Listens on loopback until `close`.

    Attributes:
        issuer: its address.
        signer: signs its tokens.
        keys: what it publishes.
        token_answer: what the token endpoint answers, from the form it was sent: status and fields.
        forms: what the token endpoint was sent.
        revoked: the tokens it was asked to take back.
        revoke_answer: what it answers then.
        asked: how often each path was.
        document: changes to its discovery document.
        moved_by: how far its clock is moved, in seconds.
        person: claims of who signs in.
    """

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.keys = [signer.jwk]
        self.token_answer = self.good_answer
        self.forms = []
        self.revoked = []
        self.revoke_answer = (200, {})
        self.asked = Counter()
        self.document = {}
        self.moved_by = 0
        self.person = {}
        self.refresh_token = "1//refresh-token"
        self._nonce = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.provider = self
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def authorize(self, url: str) -> dict[str, str]:
        """Sign in as a person would at `url`; return the page's parameters."""
        parameters = dict(parse_qsl(urlsplit(url).query))
        self._nonce = parameters["nonce"]
        return parameters

    def id_token(self, **changes) -> str:
        return self.signer.sign(claims_of(self.issuer, **({"moved_by": self.moved_by} | self.person | changes)))

    def good_answer(self, form):
        changes = {"nonce": self._nonce} if form["grant_type"] == "authorization_code" else {}
        return 200, self.tokens(self.id_token(**changes))

    def tokens(self, id_token: str):
        fields = {"access_token": "ya29.access-token", "token_type": "Bearer", "expires_in": 3600, "scope": "openid"}
        return fields | {"id_token": id_token, "refresh_token": self.refresh_token}

    def discovery(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "revocation_endpoint": f"{self.issuer}/revoke",
        } | self.document


@dataclass
class Page:
    """What a browser shows."""

    status_code: int
    text: str


class Browser:
    """Stands in for a person and the browser, as far as Tagdrop sees them.

    Attributes:
        pages: what the browser showed in the end, in order.
        urls: what it was opened on.

    Args:
        provider: where the person signs in.
        redirect: what the provider sends the browser back with, from the parameters of the page.
    """

    def __init__(
        self, provider: ScriptedProvider, redirect=lambda asked: {"code": "the-code", "state": asked["state"]}
    ):
        self.provider, self.redirect = provider, redirect
        self.pages, self.urls = [], []
        self._threads = []

    def open(self, url: str) -> bool:
        self.urls.append(url)
        asked = self.provider.authorize(url)
        brought = self.redirect(asked)
        for parameters in [brought] if isinstance(brought, dict) else brought:
            self._threads.append(threading.Thread(target=self._go, args=(asked["redirect_uri"], parameters)))
            self._threads[-1].start()
        return True

    def close(self) -> None:
        for thread in self._threads:
            thread.join(10)

    def _go(self, url, parameters) -> None:
        try:
            # Not by requests, which would write the code to the log in which tests look for it.
            with urlopen(f"{url}?{urlencode(parameters)}", timeout=10) as answer:
                self.pages.append(Page(answer.status, answer.read().decode()))
        except HTTPError as error:
            with error:
                self.pages.append(Page(error.status, error.read().decode()))
        except (URLError, ConnectionError):
            pass  # a browser can come too late


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider = self.server.provider
        provider.asked[self.path] += 1
        found = {"/.well-known/openid-configuration": provider.discovery(), "/keys": {"keys": provider.keys}}
        self._answer(*((200, found[self.path]) if self.path in found else (404, {})))

    def do_POST(self) -> None:
        provider = self.server.provider
        provider.asked[self.path] += 1
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if self.path == "/revoke":
            provider.revoked.append(form["token"])
            self._answer(*provider.revoke_answer)
        else:
            provider.forms.append(form)
            self._answer(*provider.token_answer(form))

    def _answer(self, status, fields) -> None:
        body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status in (301, 302, 307, 308):
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp=None) -> str:
        return super().date_time_string(time.time() + self.server.provider.moved_by)

    def log_message(self, *words) -> None:
        pass
