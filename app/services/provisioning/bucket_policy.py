"""What a bucket refuses to everybody, or grants to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.core.provisioning import Document, Finding, Guard
from app.services.provisioning.look import Look
from app.services.provisioning.policies import TLS_SID


def policy_findings(look: Look) -> Iterator[Finding]:
    """Yield what the bucket's policy lacks, and what it gives away."""
    statements = _statements(look.state.policy)
    if any(map(_is_for_everybody, statements)):
        yield look.finding(
            Guard.POLICY, "Its policy lets everybody in", "Remove that statement from its policy.", can_close=False
        )
    if any(_demands_tls(statement, look) for statement in statements):
        return
    if look.uses_tls:
        yield look.finding(
            Guard.POLICY, "Requests without TLS are answered", "Refuse them in its policy (aws:SecureTransport)."
        )
    else:
        yield look.finding(
            Guard.POLICY,
            "Requests without TLS are answered",
            "Reach the server by https first: from here, refusing them would lock everybody out for good.",
            can_close=False,
        )


def joined_policy(look: Look) -> Document:
    """Return the policy that the bucket has, and our statements."""
    found: Document = look.state.policy or {"Version": "2012-10-17"}
    others = [statement for statement in _statements(look.state.policy) if statement.get("Sid") != TLS_SID]
    return {**found, "Statement": [*others, *look.plan.statements]}


def _statements(policy: Document | None) -> list[Document]:
    return _listed((policy or {}).get("Statement", []))


def _is_for_everybody(statement: Document) -> bool:
    return statement.get("Effect") == "Allow" and _is_anybody(statement) and not statement.get("Condition")


def _is_anybody(statement: Document) -> bool:
    return statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})


def _demands_tls(statement: Document, look: Look) -> bool:
    """Tell whether the statement refuses everybody everything in the bucket without TLS, whoever wrote it."""
    wanted = look.plan.statements[0]["Resource"]
    resources = set(_listed(statement.get("Resource", [])))
    return (
        statement.get("Effect") == "Deny"
        and _is_anybody(statement)
        and bool({"*", "s3:*"} & set(_listed(statement.get("Action", []))))
        and ("*" in resources or resources >= set(wanted))
        and set(statement.get("Condition", {})) == {"Bool"}
        and _listed(statement["Condition"]["Bool"].get("aws:SecureTransport")) == ["false"]
        and len(statement["Condition"]["Bool"]) == 1
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
