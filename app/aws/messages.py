"""What is sent to the storage and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """One S3 request.

    Attributes:
        operation: its name in the S3 API.
        method: HTTP method.
        bucket: name of the bucket.
        key: whole key; empty for the bucket itself.
        query: what comes behind the question mark, encoded.
        headers: besides Host, length and signature.
        body: at most some MiB, as awscrt buffers it.
        has_large_answer: whether the answer's body is some MiB, so that it had better be read as `LargeReads` does.
    """

    operation: str
    method: str
    bucket: str
    key: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    has_large_answer: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the storage answered: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
