"""A server that doesn't know some headers: the proxy takes them out on the way, and signs the request again."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatch

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from app.demo.server import REGION

_SIGNATURE = ("authorization", "x-amz-date", "x-amz-content-sha256")


def ignore(proxy, keys, *patterns, when=lambda asked: True):
    """Make the server behind `proxy` ignore headers.

    Args:
        proxy: stands before the server.
        keys: with which requests are signed.
        patterns: names of headers in lower case, with `*` for whatever comes there.
        when: which requests they are taken out of.
    """

    def is_known(header):
        return not any(fnmatch(header[0].lower(), pattern) for pattern in patterns)

    def rewrite(asked):
        if not when(asked) or all(map(is_known, asked.headers)):
            return asked
        return _signed(replace(asked, headers=tuple(filter(is_known, asked.headers))), keys)

    proxy.rewrite = rewrite
    proxy.amend = lambda reply: replace(reply, headers=tuple(filter(is_known, reply.headers)))


def damage_on_the_way_up(proxy, keys, when):
    """Change one bit of the content of requests before the server sees it, as a broken router that signs anew."""
    inner = proxy.rewrite

    def rewrite(asked):
        asked = inner(asked)
        if not when(asked):
            return asked
        return _signed(replace(asked, body=bytes([asked.body[0] ^ 1]) + asked.body[1:]), keys)

    proxy.rewrite = rewrite


def hide_md5(proxy, keys):
    """Let no ETag be an MD5, as where a server encrypts: its digits are others on the client's side."""
    inner, amend = proxy.rewrite, proxy.amend

    def rewrite(asked):
        headers = tuple(
            (name, _moved(value, -1) if name.lower() == "if-match" else value) for name, value in asked.headers
        )
        body = asked.body
        if b"<CompleteMultipartUpload" in body:
            body = _moved(body.decode(), -1).encode()
        changed = replace(asked, headers=headers, body=body)
        return inner(_signed(changed, keys) if changed != asked else asked)

    proxy.rewrite = rewrite
    proxy.amend = lambda reply: replace(
        amend(reply),
        headers=tuple((n, _moved(v, 1) if n.lower() == "etag" else v) for n, v in amend(reply).headers),
    )


def _moved(text, by):
    """Return text whose MD5s are others; moved back they are what they were."""
    digits = "0123456789abcdef"
    return re.sub(
        r"[0-9a-f]{32}", lambda found: "".join(digits[(digits.index(digit) + by) % 16] for digit in found[0]), text
    )


def _signed(asked, keys):
    headers = {name: value for name, value in asked.headers if name.lower() not in _SIGNATURE}
    request = AWSRequest(asked.method, f"http://{asked.header('host')}{asked.target}", headers, asked.body)
    S3SigV4Auth(BotoCredentials(keys.access_key_id, keys.secret_access_key), "s3", REGION).add_auth(request)
    return replace(asked, headers=tuple(request.headers.items()))
