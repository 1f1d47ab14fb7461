"""From the settings to buckets that can be read and written."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from app.aws.assembling import BucketAssembler
from app.aws.bandwidth import Limits
from app.aws.capabilities import AWS, FoundOut, ProbePlace, kept_in, known_of
from app.aws.control import Control
from app.aws.credentials import CredentialsHolder
from app.aws.pipeline import Pipeline
from app.aws.probing import probe
from app.aws.reading import BucketReader
from app.aws.times import parse_time
from app.aws.wire import MAX_CONNECTIONS, Wire
from app.aws.writing import LARGEST_COPY_BYTES, BucketWriter
from app.core.capabilities import NOTHING, Capabilities
from app.core.ports.session import Renewal
from app.core.ports.storage import WriteObserver

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Bucket(BucketReader, BucketWriter):
    """One bucket: an `ObjectStore`."""

    def __init__(
        self,
        bucket: str,
        pipeline: Pipeline,
        control: Control,
        writes_atomically: bool,
        largest_copy_bytes: int = LARGEST_COPY_BYTES,
        observer: WriteObserver | None = None,
        capabilities: FoundOut = AWS,
    ) -> None:
        BucketReader.__init__(self, bucket, pipeline, capabilities.keeps_checksums)
        BucketWriter.__init__(
            self, bucket, pipeline, control, writes_atomically, largest_copy_bytes, observer, capabilities
        )


class Server:
    """One S3 server under one set of credentials.

    Args:
        region: AWS region.
        endpoint_url: of the server; empty for AWS's own in the region.
        holder: whose credentials sign the requests.
        renewal: keeps them good.
        probing: where it may be found out what the server can do, or what it can; of AWS that is known, and of
            another server nothing is taken for granted without it.
        limits: how many bytes a second are moved; none without them.
    """

    def __init__(
        self,
        region: str,
        endpoint_url: str,
        holder: CredentialsHolder,
        renewal: Renewal,
        probing: ProbePlace | Capabilities = NOTHING,
        limits: Limits | None = None,
    ) -> None:
        self.client = s3_client(region, endpoint_url, holder)
        wire = Wire(self.client.meta.endpoint_url, region, bool(endpoint_url), holder)
        self._pipeline = Pipeline(wire, renewal, limits=limits)
        self._control = Control(self.client, holder, renewal)
        # AWS does (S3 User Guide, "How to prevent object overwrites"). On SeaweedFS 4.48 both won of 93 of 150
        # pairs completed in the same moment, and, in its first seconds, of one in some thousand small ones.
        self._writes_atomically = not endpoint_url
        self._capabilities = self._what_it_can(endpoint_url, probing)

    def bucket(
        self, name: str, largest_copy_bytes: int = LARGEST_COPY_BYTES, observer: WriteObserver | None = None
    ) -> Bucket:
        """Return the bucket of that name; nothing is asked of the server yet.

        Args:
            name: of the bucket.
            largest_copy_bytes: what is larger is copied into it in parts.
            observer: learns what is written to it and deleted from it.
        """
        return Bucket(
            name,
            self._pipeline,
            self._control,
            self._writes_atomically,
            largest_copy_bytes,
            observer,
            self._capabilities,
        )

    def weaknesses(self) -> tuple[str, ...] | None:
        """Return what is weaker on this server than on AWS; None while that isn't known. It asks nothing."""
        return self._capabilities.weaknesses()

    def assembler(self, name: str, source: str) -> BucketAssembler:
        """Return what puts objects of the bucket `name` together from those of `source`."""
        return BucketAssembler(name, source, self._pipeline, self._capabilities)

    def _what_it_can(self, endpoint_url: str, probing: ProbePlace | Capabilities) -> FoundOut:
        if not endpoint_url:
            return AWS
        if isinstance(probing, Capabilities):
            return known_of(probing)
        return FoundOut(
            kept_in(
                probing.file,
                f"{endpoint_url} {probing.bucket}",
                lambda cancel: probe(self._pipeline, self._control, probing.bucket, probing.user_id, cancel),
            )
        )


def s3_client(region: str, endpoint_url: str, holder: CredentialsHolder) -> S3Client:
    """Return a boto3 client that reads the holder for every request."""
    core = botocore.session.get_session()
    core.register_component("credential_provider", holder)
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_time)
    config = Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 5},
        max_pool_connections=MAX_CONNECTIONS,
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint_url else "auto"},
    )
    client = boto3.Session(botocore_session=core, region_name=region).client(
        "s3", endpoint_url=endpoint_url or None, config=config
    )
    if endpoint_url:
        client.meta.events.register("before-sign.s3.DeleteObjects", _add_md5)
    return client


def _add_md5(request: AWSRequest, **_: object) -> None:
    """Add the only checksum that every server knows; one is required (API Reference, DeleteObjects)."""
    body = request.body.encode() if isinstance(request.body, str) else request.body
    md5 = hashlib.md5(body, usedforsecurity=False).digest()
    request.headers["Content-MD5"] = base64.b64encode(md5).decode()
