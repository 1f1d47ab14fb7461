"""What the XML in the storage's answers says. A network's sign-in page must never pass for one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from app.core.objects import StoredObject
from app.core.tags import TagSet


class DamagedError(Exception):
    """It isn't the document that was asked for."""


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A part of a listing.

    Attributes:
        objects: in the storage's order.
        next_token: asks for the rest; None where there is none.
        folders: what stands for all keys that have a delimiter behind the prefix, where one was asked for.
    """

    objects: tuple[StoredObject, ...]
    next_token: str | None
    folders: tuple[str, ...] = ()


def tag_set(body: bytes) -> TagSet:
    """Return the tags of a GetObjectTagging answer.

    Raises:
        DamagedError: it is no such answer.
    """
    plain = _plain_tags(body)
    return plain if plain is not None else _parsed_tags(body)


def listed_page(body: bytes) -> ListedPage:
    """Return the objects and folders of a ListObjectsV2 answer.

    Raises:
        DamagedError: it is no such answer.
    """
    root, namespace = _root(body, "ListBucketResult")
    decode = unquote_plus if root.findtext(f"{namespace}EncodingType") == "url" else str
    names = [f"{namespace}{name}" for name in ("Key", "Size", "LastModified", "ETag")]
    objects = []
    for entry in root.iterfind(f"{namespace}Contents"):
        key, size, changed, etag = (entry.findtext(name) or "" for name in names)
        try:
            stored = StoredObject(decode(key), int(size), datetime.fromisoformat(changed), etag.strip('"'))
        except ValueError as error:
            raise DamagedError(f"{size}, {changed}") from error
        objects.append(stored)
    is_cut = root.findtext(f"{namespace}IsTruncated") == "true"
    token = root.findtext(f"{namespace}NextContinuationToken") if is_cut else None
    if is_cut and not token:
        raise DamagedError("no way to go on")
    folders = (entry.text or "" for entry in root.iterfind(f"{namespace}CommonPrefixes/{namespace}Prefix"))
    return ListedPage(tuple(objects), token, tuple(map(decode, folders)))


# One such document is read for every object of a bucket, and a parser takes ten times as long.
_TEXT = r"[^<&\x00-\x1f]*"
_PLAIN = re.compile(
    r'(?:<\?xml version="1\.0" encoding="UTF-8"\?>\s*)?'
    rf'<Tagging(?: xmlns="{_TEXT}")?>\s*<TagSet>'
    rf"((?:<Tag><Key>{_TEXT}</Key><Value>{_TEXT}</Value></Tag>)*)"
    r"</TagSet>\s*</Tagging>\s*"
)
_PLAIN_TAG = re.compile(rf"<Tag><Key>({_TEXT})</Key><Value>({_TEXT})</Value></Tag>")


def _plain_tags(body: bytes) -> TagSet | None:
    """Return the tags of a document without escapes and surprises; None for any other."""
    try:
        plain = _PLAIN.fullmatch(body.decode())
    except UnicodeDecodeError:
        return None
    return dict(_PLAIN_TAG.findall(plain[1])) if plain is not None else None


def _parsed_tags(body: bytes) -> TagSet:
    root, _ = _root(body, "Tagging")
    tags: dict[str, str] = {}
    name = ""
    for element in root.iter():
        if element.tag.endswith("Key"):
            name = element.text or ""
        elif element.tag.endswith("Value"):
            tags[name] = element.text or ""
    return tags


def _root(body: bytes, name: str) -> tuple[ElementTree.Element, str]:
    """Return the root and its namespace as ElementTree writes it, whichever the server declares."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 -- the storage's own answer
    except ElementTree.ParseError as error:
        raise DamagedError(str(error)) from error
    if not root.tag.endswith(name):
        raise DamagedError(root.tag)
    return root, root.tag.removesuffix(name)
