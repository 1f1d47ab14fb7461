"""Finding and fetching in tests."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from urllib.parse import urlencode

from app.catalog.choice import AutoCatalog
from app.catalog.index import IndexCatalog
from app.catalog.live import LiveCatalog
from app.catalog.refresh import Rereading, refresh
from app.catalog.store import IndexStore
from app.core.downloads import FetchRequest
from app.core.events import Matches
from app.core.job import Job
from app.core.query import query_of
from app.core.tags import TagRules
from tests.fakes import Listener, MovedClock

USER = "0123456789abcdef"


def put_all(client, bucket, objects):
    """Store objects by plain boto3: key to (content, tags)."""

    def put(item):
        key, (content, tags) = item
        client.put_object(Bucket=bucket, Key=key, Body=content, Tagging=urlencode(tags))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(put, objects.items()))


ENGINES = ("live", "index", "auto")


@contextmanager
def opened_catalog(engine, storage, folder):
    """Yield what finds in `storage` by this engine; an index is kept in `folder` and knows the whole bucket."""
    live = LiveCatalog(storage, TagRules(), MovedClock())
    if engine == "live":
        yield live
        return
    with closing(IndexStore(folder / "index.sqlite", TagRules())) as store:
        refresh(store, storage, MovedClock(), Rereading(timedelta(days=30), 0), Job())
        index = IndexCatalog(store, storage, TagRules(), MovedClock())
        yield index if engine == "index" else AutoCatalog(index, live)


def find(storage, *values, listener=None, catalog=None, **options):
    """Return the report, the matches by key that are certain, and the listener; a live search unless said otherwise."""
    listener = listener or Listener()
    catalog = catalog or LiveCatalog(storage, TagRules(), MovedClock())
    report = catalog.search(query_of(values, **options), listener.job)
    certain = (match for news in listener.of(Matches) if news.is_certain for match in news.batch)
    return report, {match.stored.key: match for match in certain}, listener


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
