"""Who may do what at the demo's server: its STS, the role that signed-in people work under, and the role's policy.

The form is SeaweedFS's (`-s3.iam.config`); the rules are those that the organisation's role has on AWS.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

from app.services.provisioning.policies import people_policy
from app.services.provisioning.request import ProvisionRequest

DOMAIN = "example.com"
"""Claim `hd` of the accounts that may work here."""

ROLE_ARN = "arn:aws:iam::000000000000:role/tagdrop"
"""Of the role that signed-in people work under."""

_ROLE = "tagdrop"
_POLICY = "tagdrop-people"
_PROVIDER = "demo"
_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Access:
    """What the role is for.

    Attributes:
        storage_bucket: name, or a pattern with `*` for tests that make their own buckets.
        staging_bucket: the same.
        session_seconds: the longest and the usual life of a session.
    """

    storage_bucket: str = "example-files"
    staging_bucket: str = "example-staging"
    session_seconds: int = 3600


def access_configuration(access: Access, issuer: str, client_id: str) -> dict[str, Any]:
    """Return the server's configuration.

    Args:
        access: what the role is for.
        issuer: the provider whose ID tokens are taken.
        client_id: the program for which they must be issued.
    """
    seconds = f"{access.session_seconds}s"
    return {
        "sts": {
            "tokenDuration": seconds,
            "maxSessionLength": seconds,
            "issuer": "tagdrop-demo-sts",
            # A new one each time: sessions end with the server, and people's programs begin new ones.
            "signingKey": base64.b64encode(secrets.token_bytes(32)).decode(),
        },
        "providers": [
            {
                "name": _PROVIDER,
                "type": "oidc",
                "enabled": True,
                "config": {"issuer": issuer, "clientId": client_id, "jwksUri": f"{issuer}/jwks"},
            }
        ],
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "policies": [{"name": _POLICY, "document": _permissions(access)}],
        "roles": [
            {
                "roleName": _ROLE,
                "roleArn": ROLE_ARN,
                "trustPolicy": _trust(client_id),
                "attachedPolicies": [_POLICY],
            }
        ],
    }


def _trust(client_id: str) -> dict[str, Any]:
    # The server itself takes a token that was issued for others if only its `azp` is ours: so `aud` is named here.
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": _PROVIDER},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {"StringEquals": {"oidc:aud": client_id, "oidc:hd": DOMAIN}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _permissions(access: Access) -> dict[str, Any]:
    """Return the policy that `tagdrop provision` writes, in this server's words."""
    # Placeholders, as a pattern of bucket names can't be provisioned.
    policy = json.dumps(people_policy(ProvisionRequest(_REGION, "storage", "staging", allow_delete=False), ()))
    for words, own_words in (
        ("${accounts.google.com:sub}", "${jwt:sub}"),
        (":::storage", f":::{access.storage_bucket}"),
        (":::staging", f":::{access.staging_bucket}"),
    ):
        policy = policy.replace(words, own_words)
    document: dict[str, Any] = json.loads(policy)
    return document
