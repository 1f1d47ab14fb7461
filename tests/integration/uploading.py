"""Uploading in tests: files made on disk, a request made of them, what is stored read back by another client."""

from __future__ import annotations

import zlib
from base64 import b64encode

from app.core.events import FileUploaded
from app.core.job import Job
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.services.upload import upload
from app.services.uploads.collect import collect
from tests.fakes import Listener, NeverAsked

RULES = TagRules()


def write(folder, contents):
    """Write files, by name and content; folders are made."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def request_for(paths, *values, prefix="", allow_replace=True):
    """Return the request to upload `paths` with these tag values."""
    collected = collect(paths, Job())
    files = tuple(UploadFile(source, values or ("Invoice 2026",)) for source in collected.files)
    return UploadRequest(files, collected.left_out, prefix, RULES, "maria@example.com", allow_replace)


def run(request, storage, resolver=None, listener=None):
    """Upload and return the report and what was told of each file, by its name."""
    listener = listener or Listener()
    report = upload(request, storage, resolver or NeverAsked(), listener.job)
    told = listener.of(FileUploaded)
    assert sum(report.counts.values()) == len(told)
    return report, {file.path.name: file for file in told}


def body(client, bucket, key):
    return client.get_object(Bucket=bucket, Key=key)["Body"].read()


def crc32_text(content):
    return b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


def open_uploads(client, bucket):
    return client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
