"""How much memory a search without an index takes, in buckets of different size, each in a process of its own.

python -m benchmarks.find_memory [--objects 10000 50000 200000]
"""

from __future__ import annotations

import argparse
import multiprocessing
import time

from benchmarks.find import fill, find
from benchmarks.lab import STORAGE, connect, open_lab
from benchmarks.sides import peak_mib


def main() -> None:
    """Fill a bucket step by step and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    options = parser.parse_args()
    print("| objects | seconds | MiB when connected | MiB at the peak |")
    print("| ---: | ---: | ---: | ---: |")
    with open_lab() as lab:
        stored = 0
        for objects in sorted(options.objects):
            fill(lab.storage, range(stored, objects))
            stored = objects
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seconds, before, peak = pool.apply(_search, (lab.endpoint_url, objects))
            print(f"| {objects:,} | {seconds:.1f} | {before:.0f} | {peak:.0f} |", flush=True)


def _search(endpoint_url: str, objects: int) -> tuple[float, float, float]:
    """Return seconds, and the process's largest memory in MiB before and after."""
    server, _ = connect(endpoint_url)
    storage = server.bucket(STORAGE)
    before, began = peak_mib(), time.perf_counter()
    find(storage, objects)
    return time.perf_counter() - began, before, peak_mib()


if __name__ == "__main__":
    main()
