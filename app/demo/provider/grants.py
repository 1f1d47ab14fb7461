"""What Authlib is told of codes, refresh tokens and revoking."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode

from app.demo.provider.codes import Code
from app.demo.provider.id_tokens import IdTokens
from app.demo.provider.people import Person
from app.demo.provider.state import SignIn, digest

_WITH_SECRET = ["client_secret_post", "client_secret_basic"]


class CodeGrant(AuthorizationCodeGrant):
    """A code for tokens (RFC 6749, section 4.1)."""

    TOKEN_ENDPOINT_AUTH_METHODS = _WITH_SECRET

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Open the code."""
        asked = request.payload.data
        self.server.codes.add(
            Code(
                text_hash=digest(code),
                person=request.user,
                redirect_uri=asked["redirect_uri"],
                scope=request.scope,
                nonce=asked.get("nonce"),
                code_challenge=asked["code_challenge"],
                code_challenge_method=asked["code_challenge_method"],
                is_offline=asked.get("access_type") == "offline",
            )
        )

    def query_authorization_code(self, code: str, client: ClientMixin) -> Code | None:
        """Close the code; of one that was used, everything that it was good for ends (section 4.1.2)."""
        found: Code | None = self.server.codes.take(digest(code))
        if found is None:
            self.server.state.forget(lambda sign_in: sign_in.code_hash == digest(code))
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Do nothing: it was closed when it was looked up, so that two at once can't both have it."""

    def authenticate_user(self, authorization_code: Code) -> Person:
        """Return who signed in."""
        return authorization_code.person

    def generate_token(self, **options: Any) -> dict[str, Any]:
        """Return tokens; a refresh token only where it was asked for, as Google does."""
        options["include_refresh_token"] = self.request.authorization_code.is_offline
        token: dict[str, Any] = super().generate_token(**options)
        return token


class RefreshGrant(RefreshTokenGrant):
    """A refresh token for tokens (RFC 6749, section 6); it stays the same, as Google's do."""

    TOKEN_ENDPOINT_AUTH_METHODS = _WITH_SECRET

    def authenticate_refresh_token(self, refresh_token: str) -> SignIn | None:
        """Return what it stands for."""
        found: SignIn | None = self.server.state.find(refresh_token)
        return found

    def authenticate_user(self, refresh_token: SignIn) -> Person | None:
        """Return whose it is."""
        person: Person | None = self.server.person(refresh_token.subject)
        return person

    def revoke_old_credential(self, refresh_token: SignIn) -> None:
        """Do nothing: it stays."""


class Pkce(CodeChallenge):
    """PKCE by S256, for every sign-in (RFC 7636; RFC 8252, section 6)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Refuse a sign-in without it; left to itself Authlib demands it of programs without a secret only."""
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or not asked.get("code_challenge_method"):
            raise InvalidRequestError("Missing 'code_challenge' or 'code_challenge_method'")
        super().validate_code_challenge(grant, redirect_uri)


class IdTokenInAnswer(OpenIDCode):
    """Puts an ID token into answers with tokens."""

    def __init__(self, id_tokens: IdTokens) -> None:
        super().__init__()
        self._id_tokens = id_tokens

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        """Leave it to the program whether a nonce is its own, as Google does."""
        return False

    def encode_id_token(self, token: dict[str, Any], request: OAuth2Request) -> str:
        """Return the token."""
        code: Code | None = request.authorization_code
        return self._id_tokens.issue(request.user, token["scope"], code.nonce if code else None)


class Revocation(RevocationEndpoint):
    """Ends a person's sign-ins (RFC 7009); at Google too one refresh token stands for all of a program's."""

    CLIENT_AUTH_METHODS = _WITH_SECRET

    def authenticate_endpoint_client(self, request: OAuth2Request) -> ClientMixin:
        """Take anybody who has the token, as Google does; but who names a program must prove to be it."""
        if "client_id" in request.form or "Authorization" in request.headers:
            return super().authenticate_endpoint_client(request)
        return self.server.client

    def query_token(self, token_string: str, token_type_hint: str | None) -> SignIn | None:
        """Return what a refresh token stands for."""
        found: SignIn | None = self.server.state.find(token_string)
        return found

    def revoke_token(self, token: SignIn, request: OAuth2Request) -> None:
        """End the person's sign-ins."""
        self.server.state.forget(lambda sign_in: sign_in.subject == token.subject)
