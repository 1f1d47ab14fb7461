"""How much memory one large drop takes: walked, listed as the window lists it, noted in the journal and uploaded.

python -m benchmarks.upload_memory [--files 100000] [--folder /dev/shm]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from pathlib import Path

from app.bootstrap import connect
from app.core.events import Event, FilesCollected, FileUploaded
from app.core.job import CancelToken, Job
from app.core.tags import TagRules
from app.core.uploads import UploadFile, UploadRequest
from app.demo.server import REGION
from app.services.upload import upload
from app.services.uploads.collect import collect
from app.settings.model import Settings, Storage
from benchmarks.lab import STAGING, STORAGE, open_lab
from benchmarks.sides import peak_mib
from benchmarks.transfers import NoConflict

_FILES_IN_FOLDER = 1000
_STEPS = 10


def main() -> None:
    """Make the files, drop them in a process of its own, and print a table as it goes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the files are made; the temporary folder when left out")
    options = parser.parse_args()
    print("| | seconds | MiB at the peak |")
    print("| --- | ---: | ---: |", flush=True)
    with open_lab() as lab, tempfile.TemporaryDirectory(prefix="tagdrop-bench-", dir=options.folder) as name:
        os.environ.update(XDG_DATA_HOME=str(lab.folder / "data"), QT_QPA_PLATFORM="offscreen")
        _fill(Path(name), options.files)
        process = multiprocessing.get_context("spawn").Process(
            target=_drop, args=(lab.endpoint_url, Path(name), options.files)
        )
        process.start()
        process.join()
    if process.exitcode:
        raise SystemExit("the upload failed")


def _fill(folder: Path, files: int) -> None:
    for number in range(files):
        path = folder / f"Part {number // _FILES_IN_FOLDER:03}" / f"Photo {number:06}.jpg"
        if number % _FILES_IN_FOLDER == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(b"%d" % number)


def _drop(endpoint_url: str, folder: Path, files: int) -> None:
    """Do what the window does for one drop, without painting it."""
    from PySide6.QtWidgets import QApplication

    from app.ui.transfers.upload import Upload
    from app.ui.upload.model import UploadModel

    app = QApplication([])
    parts = connect(Settings(storage=Storage(REGION, STORAGE, STAGING, endpoint_url=endpoint_url)))
    began = time.perf_counter()

    def say(what: str) -> None:
        print(f"| {what} | {time.perf_counter() - began:.0f} | {peak_mib():.0f} |", flush=True)

    say("connected")
    model = UploadModel()
    collect([folder], Job(CancelToken(), lambda event: model.add([event]) if _is_batch(event) else None))
    say(f"{model.rowCount():,} files listed")
    request = UploadRequest(
        tuple(UploadFile(source, ("Lot 3",)) for source in model.files), (), "", TagRules(), "maria", True
    )
    model.clear()
    shown = Upload(request, lambda job: upload(request, parts.storage, NoConflict(), job, parts.transfers))
    done = 0

    def follow(event: Event) -> None:
        nonlocal done
        shown.take_event(event)
        if isinstance(event, FileUploaded):
            done += 1
            if done % (files // _STEPS) == 0:
                say(f"{done:,} uploaded")

    report = upload(request, parts.storage, NoConflict(), Job(CancelToken(), follow), parts.transfers)
    parts.close()
    app.quit()
    if report.failures or done != files:
        raise SystemExit(1)


def _is_batch(event: Event) -> bool:
    return isinstance(event, FilesCollected)


if __name__ == "__main__":
    main()
