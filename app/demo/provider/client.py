"""The one program that may ask people to sign in: Tagdrop on a desktop."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin

from app.demo.ports import LOOPBACK

EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email"

_SCOPES = {"openid": "openid", EMAIL_SCOPE: EMAIL_SCOPE, "email": EMAIL_SCOPE}


@dataclass(frozen=True, slots=True)
class DesktopClient(ClientMixin):
    """A desktop program as Google registers it: it has a secret that is none, and proves each sign-in by PKCE.

    Attributes:
        id: names it.
        secret: sent along with every request for tokens.
    """

    id: str
    secret: str = field(repr=False)

    def get_client_id(self) -> str:
        """Return its name."""
        return self.id

    def get_default_redirect_uri(self) -> None:
        """Return nothing: the address must be given, it has another port each time."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes by their full names, as Google answers; None where one isn't known."""
        wanted = (scope or "").split()
        return " ".join(_SCOPES[name] for name in wanted) if all(name in _SCOPES for name in wanted) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Allow the loopback address with any port and path (RFC 8252, section 7.3), and nothing else."""
        try:
            parts = urlsplit(redirect_uri)
            is_loopback = parts.scheme == "http" and parts.netloc == f"{LOOPBACK}:{parts.port}"
        except ValueError:
            return False
        return is_loopback and redirect_uri.isascii() and "#" not in redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare the secret."""
        return secrets.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Demand the secret, in the form or in the header."""
        return method in ("client_secret_post", "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        """Allow the code flow."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Allow codes, and refresh tokens."""
        return grant_type in ("authorization_code", "refresh_token")
