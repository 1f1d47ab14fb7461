"""Makes ID tokens as a provider would, and as it never should."""

from __future__ import annotations

import json
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT_ID = "tagdrop-desktop"
DOMAIN = "example.com"


class Signer:
    """A key and its public half.

    Attributes:
        key: the private key.
        key_id: names it.
        jwk: what a provider publishes of it.
    """

    def __init__(self, key_id: str = "key-1", algorithm: str = "RS256") -> None:
        self.key_id, self.algorithm = key_id, algorithm
        if algorithm == "ES256":
            self.key, kind = ec.generate_private_key(ec.SECP256R1()), ECAlgorithm
        else:
            self.key, kind = rsa.generate_private_key(public_exponent=65537, key_size=2048), RSAAlgorithm
        published = json.loads(kind.to_jwk(self.key.public_key()))
        self.jwk = published | {"kid": key_id, "use": "sig", "alg": algorithm}

    def sign(self, claims, **header) -> str:
        headers = {"kid": self.key_id} | header
        # Not by `jwt.encode`, which signs no nonsense.
        return jwt.PyJWS().encode(json.dumps(claims).encode(), self.key, algorithm=self.algorithm, headers=headers)


def claims_of(issuer: str, email: str = f"maria@{DOMAIN}", moved_by: float = 0, **changes):
    """Return the claims of a good token, by a clock moved by seconds; a change to None takes the claim away."""
    now = int(time.time() + moved_by)
    claims = {
        "iss": issuer,
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "sub": f"sub-of-{email}",
        "email": email,
        "email_verified": True,
        "hd": DOMAIN,
        "iat": now,
        "exp": now + 3600,
    } | changes
    return {name: value for name, value in claims.items() if value is not None}
