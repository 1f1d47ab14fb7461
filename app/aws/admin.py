"""Making and setting up buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from app.aws.errors import boto_error

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Buckets:
    """A `BucketAdmin` on one S3 server.

    Args:
        client: boto3's.
    """

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def ensure_bucket(self, name: str) -> None:
        """Create the bucket unless it is there already and ours (CreateBucket)."""
        try:
            self._client.create_bucket(Bucket=name, **region_of_bucket(self._client))
        except self._client.exceptions.BucketAlreadyOwnedByYou:
            return
        except (BotoCoreError, ClientError) as error:
            raise boto_error(error, name) from error

    def expire_after_days(self, name: str, days: int) -> None:
        """Let the storage delete every object of the bucket after `days` (PutBucketLifecycleConfiguration)."""
        try:
            self._client.put_bucket_lifecycle_configuration(
                Bucket=name,
                LifecycleConfiguration={
                    "Rules": [
                        {
                            "ID": "tagdrop-temporary-copies",
                            "Status": "Enabled",
                            "Filter": {"Prefix": ""},
                            "Expiration": {"Days": days},
                            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days},
                        }
                    ]
                },
            )
        except (BotoCoreError, ClientError) as error:
            raise boto_error(error, name) from error


def region_of_bucket(client: S3Client) -> dict[str, Any]:
    """Return the argument of CreateBucket that says in which region: the client's."""
    region = client.meta.region_name
    # us-east-1 is the one region that must not be named (API Reference, CreateBucket).
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
