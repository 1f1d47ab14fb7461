"""Who may do what at the demo's server: its STS, the role that signed-in people work under, and the role's policy.

The form is SeaweedFS's (`-s3.iam.config`); the rules are those that the organisation's role has on AWS.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

DOMAIN = "example.com"
"""Claim `hd` of the accounts that may work here."""

ROLE_ARN = "arn:aws:iam::000000000000:role/tagdrop"
"""Of the role that signed-in people work under."""

_ROLE = "tagdrop"
_POLICY = "tagdrop-people"
_PROVIDER = "demo"
_SUBJECT = "${jwt:sub}"

_READ = ("s3:GetObject", "s3:GetObjectTagging")
_WRITE = ("s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")


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
        "policies": [{"name": _POLICY, "document": _document(_permissions(access))}],
        "roles": [
            {
                "roleName": _ROLE,
                "roleArn": ROLE_ARN,
                "trustPolicy": _document(_trust(client_id)),
                "attachedPolicies": [_POLICY],
            }
        ],
    }


def _trust(client_id: str) -> list[dict[str, Any]]:
    # The server itself takes a token that was issued for others if only its `azp` is ours: so `aud` is named here.
    conditions = {"StringEquals": {"oidc:aud": client_id, "oidc:hd": DOMAIN}}
    return [
        {
            "Effect": "Allow",
            "Principal": {"Federated": _PROVIDER},
            "Action": ["sts:AssumeRoleWithWebIdentity"],
            "Condition": conditions,
        }
    ]


def _permissions(access: Access) -> list[dict[str, Any]]:
    storage = f"arn:aws:s3:::{access.storage_bucket}"
    staging = f"arn:aws:s3:::{access.staging_bucket}"
    own_places = (f"{_SUBJECT}/*", f"shared/{_SUBJECT}/*")
    of_prefix = {"StringLike": {"s3:prefix": [f"{_SUBJECT}/*", "shared/*"]}}
    return [
        _allow((*_READ, "s3:GetObjectVersion", *_WRITE), f"{storage}/*"),
        _allow(("s3:ListBucket",), storage),
        {**_allow(_WRITE, f"{storage}/.tagdrop/*"), "Effect": "Deny"},
        _allow((*_READ, *_WRITE, "s3:DeleteObject"), *(f"{staging}/{place}" for place in own_places)),
        _allow(_READ, f"{staging}/shared/*"),
        {**_allow(("s3:ListBucket",), staging), "Condition": of_prefix},
    ]


def _allow(actions: tuple[str, ...], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
