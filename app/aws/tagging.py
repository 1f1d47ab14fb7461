"""The document in which an object's tags are sent."""

from __future__ import annotations

from xml.sax.saxutils import escape

from app.core.tags import TagSet

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_CARRIAGE_RETURN = {"\r": "&#13;"}  # XML would make a line feed of it


def tagging_document(tags: TagSet) -> bytes:
    """Return the body of a PutObjectTagging request (API Reference, data type Tagging)."""
    items = "".join(f"<Tag><Key>{_text(key)}</Key><Value>{_text(value)}</Value></Tag>" for key, value in tags.items())
    return f'<Tagging xmlns="{_NAMESPACE}"><TagSet>{items}</TagSet></Tagging>'.encode()


def _text(text: str) -> str:
    return escape(text, _CARRIAGE_RETURN)
