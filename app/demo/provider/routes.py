"""The provider's addresses (OpenID Connect Discovery 1.0; RFC 6749; RFC 7009)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import OAuth2Error

from app.demo.provider.authorization import Authorization
from app.demo.provider.client import EMAIL_SCOPE
from app.demo.provider.messages import Answer, Request
from app.demo.provider.page import choice_page, error_page
from app.demo.provider.people import Person

Route = Callable[[Request], Answer]


class Routes:
    """Answers requests, of several threads at once."""

    def __init__(self, issuer: str, authorization: Authorization) -> None:
        self._issuer = issuer
        self._authorization = authorization
        self._table: Mapping[tuple[str, str], Route] = {
            ("GET", "/.well-known/openid-configuration"): self._discovery,
            ("GET", "/jwks"): self._jwks,
            ("GET", "/authorize"): self._ask,
            ("POST", "/authorize"): self._choose,
            ("POST", "/token"): lambda request: _answer(authorization.create_token_response(request)),
            ("POST", "/revoke"): lambda request: _answer(authorization.create_endpoint_response("revocation", request)),
        }

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request."""
        route = self._table.get((request.method, urlsplit(request.url).path))
        if route is None:
            return Answer.of_html(error_page("There is nothing at this address."), 404)
        try:
            return route(request)
        except ValueError as error:
            # Authlib's, about an error's text that quotes what was sent and may not stand in an answer.
            return Answer.of_json({"error": "invalid_request", "error_description": str(error)}, 400)

    def _discovery(self, request: Request) -> Answer:
        return Answer.of_json(
            {
                "issuer": self._issuer,
                "authorization_endpoint": f"{self._issuer}/authorize",
                "token_endpoint": f"{self._issuer}/token",
                "revocation_endpoint": f"{self._issuer}/revoke",
                "jwks_uri": f"{self._issuer}/jwks",
                "scopes_supported": ["openid", EMAIL_SCOPE],
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "claims_supported": ["iss", "sub", "aud", "azp", "exp", "iat", "email", "email_verified", "hd"],
            }
        )

    def _jwks(self, request: Request) -> Answer:
        return Answer.of_json({"keys": [key.as_dict(private=False) for key in self._authorization.state.keys]})

    def _ask(self, request: Request) -> Answer:
        try:
            self._authorization.get_consent_grant(request)
        except OAuth2Error as error:
            return self._refusal(error)
        query = urlsplit(request.url).query
        return Answer.of_html(choice_page(_in_order(self._authorization.people, request), f"/authorize?{query}"))

    def _choose(self, request: Request) -> Answer:
        person = self._authorization.person(request.value("person"))
        try:
            grant = self._authorization.get_consent_grant(request)
            return _answer(self._authorization.create_authorization_response(request, person, grant))
        except OAuth2Error as error:
            return self._refusal(error)

    def _refusal(self, error: OAuth2Error) -> Answer:
        """Send the browser back to the program, where that is known, else say it here (RFC 6749, section 4.1.2.1)."""
        if error.redirect_uri:
            return _answer(self._authorization.handle_error_response(None, error))
        return Answer.of_html(error_page(error.description), 400)


def _answer(made: object) -> Answer:
    """Return what Authlib, which is untyped, made by `Authorization.handle_response`."""
    if not isinstance(made, Answer):
        raise TypeError(f"not an answer: {type(made)}")
    return made


def _in_order(people: Iterable[Person], request: Request) -> list[Person]:
    """Return the people, those first whom the program hints at; it keeps nobody from choosing another."""
    hint, domain = request.value("login_hint"), request.value("hd")
    asks_anew = "select_account" in request.value("prompt").split()

    def is_hinted_at(person: Person) -> bool:
        return not asks_anew and hint in (person.email, person.subject)

    def is_of_domain(person: Person) -> bool:
        return person.domain is not None and domain in (person.domain, "*")

    return sorted(people, key=lambda person: (not is_hinted_at(person), not is_of_domain(person)))
