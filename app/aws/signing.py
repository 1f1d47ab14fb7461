"""Public links: presigned addresses of objects (Amazon S3 User Guide, "Sharing objects with presigned URLs")."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

from app.aws.connect import s3_client
from app.aws.credentials import CredentialsHolder
from app.core.identity import Credentials
from app.core.ports.clock import Clock
from app.core.public_links import PublicLink


class Presigner:
    """A `LinkSigner`.

    A presigned address dies with the session that signed it, so each is signed by a session of its own.

    Args:
        bucket: that holds the objects.
        region: AWS region.
        endpoint_url: of the server; empty for AWS.
        session_of: returns credentials that live as many seconds, or as near to it as can be had.
        clock: tells the time.
    """

    def __init__(
        self, bucket: str, region: str, endpoint_url: str, session_of: Callable[[int], Credentials], clock: Clock
    ) -> None:
        self._bucket = bucket
        self._region = region
        self._endpoint_url = endpoint_url
        self._session_of = session_of
        self._clock = clock

    def sign(self, key: str, file_name: str, until: datetime) -> PublicLink:
        """See `LinkSigner.sign`."""
        credentials = self._session_of(math.ceil((until - self._clock.now()).total_seconds()))
        now = self._clock.now()
        seconds = math.floor((min(until, credentials.expires_at or until) - now).total_seconds())
        client = s3_client(self._region, self._endpoint_url, CredentialsHolder(credentials))
        try:
            url = client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": key,
                    "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
                },
                ExpiresIn=max(1, seconds),
            )
        finally:
            client.close()
        return PublicLink(url, now + timedelta(seconds=max(1, seconds)))
