"""Whether the names of files that may be uploaded are in use, as a note beside each."""

from __future__ import annotations

from app.core.errors import InputError
from app.core.events import NameChecked, NameStatus
from app.core.job import CancelToken, Job
from app.core.keys import check_key
from app.core.ports.storage import ObjectStore
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.services.uploads.names import StoredFile, has_same_content, stored_files


def check_names(request: UploadRequest, storage: ObjectStore, job: Job) -> None:
    """Tell for each file whether its name is in use, as `NameChecked`; a file without values has any tags.

    Raises:
        AppError: the storage refuses or can't be reached.
        CancelledError: when cancelled.
    """
    keys = [request.prefix + file.source.key for file in request.files]
    stored = stored_files({key for key in keys if _is_good(key)}, storage, job.cancel)
    for key, file in zip(keys, request.files, strict=True):
        status = _name_status(file, stored.get(key), request.rules, job.cancel)
        job.events(NameChecked(file.source.path, status))


def _is_good(key: str) -> bool:
    try:
        check_key(key, key)
    except InputError:
        return False
    return True


def _name_status(file: UploadFile, stored: StoredFile | None, rules: TagRules, cancel: CancelToken) -> NameStatus:
    cancel.raise_if_cancelled()
    if stored is None:
        return NameStatus.FREE
    has_same_tags = not file.values or rules.are_same(stored.tags or {}, rules.tag_set(file.values))
    is_there = has_same_tags and has_same_content(file.source, stored.head, cancel)
    return NameStatus.ALREADY_THERE if is_there else NameStatus.IN_USE
