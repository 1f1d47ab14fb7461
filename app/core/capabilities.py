"""What an S3 server can do of what safe transfers rest on."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What was found out about one server; what wasn't is taken as missing.

    Attributes:
        conditional_put: `If-None-Match: *` and `If-Match` of a PutObject are obeyed.
        conditional_completion: so is `If-None-Match: *` of a CompleteMultipartUpload.
        conditional_copy: `x-amz-copy-source-if-match` is obeyed.
        verified_checksums: a PutObject whose CRC32 is wrong is refused.
        stored_checksums: the CRC32 of a put is told by a HEAD.
        multipart_checksums: a CompleteMultipartUpload with a wrong CRC32 of the whole object is refused, and the right
            one is told by a HEAD.
        tags_on_put: tags that come along with a PutObject or a CreateMultipartUpload are kept.
        tags_on_copy: `x-amz-tagging-directive: REPLACE` is obeyed.
    """

    conditional_put: bool = False
    conditional_completion: bool = False
    conditional_copy: bool = False
    verified_checksums: bool = False
    stored_checksums: bool = False
    multipart_checksums: bool = False
    tags_on_put: bool = False
    tags_on_copy: bool = False

    @property
    def puts_are_safe(self) -> bool:
        """Whether nothing has to be looked at before or after a PutObject."""
        return self.conditional_put and self.verified_checksums and self.tags_on_put

    @property
    def copies_are_safe(self) -> bool:
        """Whether nothing has to be looked at after a copy."""
        return self.conditional_copy and self.tags_on_copy

    def weaknesses(self) -> tuple[str, ...]:
        """Return what is weaker here than on AWS, one sentence each, for IT."""
        return tuple(sentence for name, sentence in _WEAKNESSES.items() if not getattr(self, name))


EVERYTHING = Capabilities(**{field.name: True for field in fields(Capabilities)})
"""What AWS can do."""

NOTHING = Capabilities()
"""What a server can do that nothing is known of."""

_WEAKNESSES = {
    "conditional_put": "The server doesn’t refuse to overwrite: names are looked at before and after each upload, and "
    "another program that writes the same name in the same moment can lose its file.",
    "conditional_completion": "The server doesn’t refuse to overwrite at the end of a large upload: the name is looked "
    "at before and after, and another program that writes it in the same moment can lose its file.",
    "conditional_copy": "The server copies a file that has changed meanwhile: the source is looked at again after the "
    "copy.",
    "verified_checksums": "The server doesn’t check what arrives: its MD5 is compared after each upload, or the file "
    "is read back.",
    "stored_checksums": "The server keeps no CRC32: downloads are checked by MD5, and not at all where the server’s "
    "ETag isn’t one.",
    "multipart_checksums": "The server keeps no CRC32 of large files: each part is checked by MD5 when it is sent, and "
    "the download isn’t where the copy’s ETag isn’t an MD5.",
    "tags_on_put": "The server doesn’t take tags along with a file: they are written after it, and read back.",
    "tags_on_copy": "The server doesn’t take tags along with a copy: they are written after it, and read back.",
}
