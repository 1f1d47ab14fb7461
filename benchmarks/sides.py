"""Running several clients in turns and printing how they compare."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Side:
    """One client.

    Attributes:
        name: in the table.
        does: what it does for its time, in a few words.
        run: does the work of one round, given the round's number.
        check: raises unless all of it was done, and clears up; not measured.
    """

    name: str
    does: str
    run: Callable[[int], None]
    check: Callable[[int], None] = lambda number: None


@dataclass(frozen=True, slots=True)
class Measure:
    """One round of one side: seconds by the clock, of the CPU in the client, and of the CPU in the server."""

    seconds: float
    client_cpu: float
    server_cpu: float


def compare(title: str, sides: Sequence[Side], rounds: int, server_pid: int, files: int) -> None:
    """Run each side once unmeasured, then all of them in turns, and print a table; ratios are to the first side.

    Args:
        title: above the table.
        sides: ours first.
        rounds: that are measured.
        server_pid: process of the server.
        files: that one round handles.
    """
    measures: dict[str, list[Measure]] = {side.name: [] for side in sides}
    for number in range(rounds + 1):
        # Turn about: nobody always comes first, or always behind the same one.
        for side in sides if number % 2 else sides[::-1]:
            measure = _measure(side, number, server_pid)
            if number:
                measures[side.name].append(measure)
    print(f"\n{title} (median of {rounds} rounds, {os.cpu_count()} CPUs)\n")
    print(
        "| side | seconds | spread | its time ÷ ours | client CPU s per 1,000 | its CPU ÷ ours | server CPU s | does |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    ours, our_cpu = (_median(measures[sides[0].name], field) for field in ("seconds", "client_cpu"))
    for side in sides:
        runs = measures[side.name]
        seconds = [run.seconds for run in runs]
        print(
            f"| {side.name} | {_median(runs, 'seconds'):.3g} | {min(seconds):.3g}–{max(seconds):.3g} "
            f"| {_median(runs, 'seconds') / ours:.3g} | {_median(runs, 'client_cpu') / files * 1000:.3f} "
            f"| {_median(runs, 'client_cpu') / our_cpu:.2f} | {_median(runs, 'server_cpu'):.2f} | {side.does} |"
        )
    print()


def _measure(side: Side, number: int, server_pid: int) -> Measure:
    client, server, start = _client_cpu(), _server_cpu(server_pid), time.perf_counter()
    side.run(number)
    seconds = time.perf_counter() - start
    measure = Measure(seconds, _client_cpu() - client, _server_cpu(server_pid) - server)
    side.check(number)
    return measure


def _client_cpu() -> float:
    """Return the CPU seconds of this process and of the programs it started and waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _server_cpu(pid: int) -> float:
    """Return the server's CPU seconds; 0 where the system doesn't tell in /proc (proc(5), `/proc/pid/stat`)."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(pid: int | None = None) -> float:
    """Return the largest resident set of a process so far, this one's by default (proc(5), `VmHWM`).

    Raises:
        OSError: the system has no /proc, or the process has ended.
        StopIteration: it is about to end.
    """
    status = Path(f"/proc/{pid or 'self'}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _median(runs: Sequence[Measure], field: str) -> float:
    return statistics.median(getattr(run, field) for run in runs)
