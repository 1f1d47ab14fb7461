"""What the tests ask to be set up."""

from __future__ import annotations

from dataclasses import replace

from app.services.provisioning.request import People, ProvisionRequest

CLIENT_ID = "1234-abcd.apps.googleusercontent.com"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
PEOPLE = People(CLIENT_ID, ("example.com",), "tagdrop")
PLAIN = ProvisionRequest("eu-central-1", "example-files", "example-staging", PEOPLE)

VARIANTS = {
    "plain": PLAIN,
    "several domains": replace(PLAIN, people=replace(PEOPLE, domains=("example.com", "example.org"))),
    "no delete": replace(PLAIN, allow_delete=False),
    "no replace": replace(PLAIN, allow_replace=False),
    "public links": replace(PLAIN, public_links=True),
    "own key": replace(PLAIN, kms_key_arn=KEY),
    "audit": replace(PLAIN, audit_bucket="example-files-audit"),
    "versions for ever": replace(PLAIN, keep_versions_days=0),
    "without sign-in": replace(PLAIN, people=None),
    "publisher": replace(PLAIN, publisher=True),
    "role with a path": replace(PLAIN, people=replace(PEOPLE, role_path="/office/")),
    "other partition": replace(PLAIN, region="us-gov-west-1"),
    "everything": replace(
        PLAIN,
        allow_delete=False,
        allow_replace=False,
        public_links=True,
        kms_key_arn=KEY,
        audit_bucket="example-files-audit",
        keep_versions_days=30,
        publisher=True,
    ),
}
