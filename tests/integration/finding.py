"""Finding and fetching in tests."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from app.catalog.live import LiveCatalog
from app.core.events import Matches
from app.core.query import query_of
from app.core.tags import TagRules
from app.services.archive import FetchRequest
from tests.fakes import Listener, MovedClock

USER = "0123456789abcdef"


def put_all(client, bucket, objects):
    """Store objects by plain boto3: key to (content, tags)."""

    def put(item):
        key, (content, tags) = item
        client.put_object(Bucket=bucket, Key=key, Body=content, Tagging=urlencode(tags))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(put, objects.items()))


def find(storage, *values, listener=None, **options):
    """Return the report, the matches by key, and the listener."""
    listener = listener or Listener()
    report = LiveCatalog(storage, TagRules(), MovedClock()).search(query_of(values, **options), listener.job)
    return report, {match.stored.key: match for news in listener.of(Matches) for match in news.batch}, listener


def request_to_fetch(storage, output, *values, force=False):
    """Return the request to fetch what these values find, in the order of keys."""
    _, matches, _ = find(storage, *values)
    files = tuple(matches[key] for key in sorted(matches))
    return FetchRequest(files, output, query_of(values).describe(), USER, force)


def contents_of(path):
    """Return the members of a ZIP by name, which Python finds whole."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def is_zip(content):
    return zipfile.is_zipfile(io.BytesIO(content))
