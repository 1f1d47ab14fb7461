"""What can't be set up is refused before anything is, in a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.errors import InputError
from tests.services.provisioning.variants import KEY, PEOPLE, PLAIN


def _people(**changes):
    return {"people": replace(PEOPLE, **changes)}


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"storage_bucket": "Files"}, "bucket-name", "Files: This can’t be a bucket’s name. 3 to 63 lower-case letters"),
        ({"storage_bucket": "a..b"}, "bucket-name", "a..b: This can’t be a bucket’s name"),
        ({"staging_bucket": "files*"}, "bucket-name", "files*: This can’t be a bucket’s name"),
        ({"audit_bucket": "-files"}, "bucket-name", "-files: This can’t be a bucket’s name"),
        ({"staging_bucket": "example-files"}, "same-bucket", "example-files: One bucket can’t be both"),
        ({"audit_bucket": "example-files"}, "same-bucket", "example-files: One bucket can’t be both"),
        ({"kms_key_arn": "alias/files"}, "key-arn", "alias/files: This isn’t the ARN of a KMS key. A policy can’t name"),
        ({"kms_key_arn": KEY, "region": "eu-west-1"}, "key-arn", "The key is in another region. Buckets in eu-west-1"),
        ({"keep_versions_days": -1}, "keep-versions", "Days can’t be negative. 0 keeps old versions for ever."),
        ({"stack": "tag drop"}, "stack-name", "tag drop: This can’t be a stack’s name"),
        (_people(domains=()), "domain", "No domain is given"),
        (_people(domains=("*.example.com",)), "domain", "*.example.com: This can’t be a domain"),
        (_people(domains=("Example.com",)), "domain", "Example.com: This can’t be a domain. In lower case"),
        (_people(domains=("example.com.",)), "domain", "example.com.: This can’t be a domain"),
        (_people(domains=("com",)), "domain", "com: This can’t be a domain"),
        (_people(domains=("a@example.com",)), "domain", "a@example.com: This can’t be a domain"),
        (_people(client_id="GOCSPX-1"), "client-id", "GOCSPX-1: This isn’t Google’s client id"),
        (_people(role_name="a b"), "role-name", "a b: This can’t be a role’s name"),
        (_people(role_path="office"), "role-name", "office: This can’t be a role’s path"),
    ],
)  # fmt: skip
def test_it_is_refused(changes, code, sentence):
    with pytest.raises(InputError) as caught:
        replace(PLAIN, **changes)
    assert caught.value.code == code
    assert sentence in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("domain", ["example.com", "example.co.uk", "my-firm.example", "xn--bcher-kva.example"])
def test_a_domain_is_taken(domain):
    assert replace(PLAIN, **_people(domains=(domain,))).people.domains == (domain,)


@pytest.mark.parametrize(
    ("region", "arn", "host"),
    [
        ("eu-central-1", "arn:aws:s3:::b", "s3.eu-central-1.amazonaws.com"),
        ("cn-north-1", "arn:aws-cn:s3:::b", "s3.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "arn:aws-us-gov:s3:::b", "s3.us-gov-west-1.amazonaws.com"),
        ("eusc-de-east-1", "arn:aws-eusc:s3:::b", "s3.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_names_are_those_of_the_region(region, arn, host):
    asked = replace(PLAIN, region=region)
    assert (asked.bucket_arn("b"), asked.s3_host) == (arn, host)
