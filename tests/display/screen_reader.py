"""Reads and uses the window as assistive technology does, over AT-SPI.

Its bindings come with the system's Python, so this file is also the program that runs there:
`screen_reader.py read`, `screen_reader.py type NAME TEXT`, `screen_reader.py press NAME`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SYSTEM_PYTHON = "/usr/bin/python3"
_MOST_CHILDREN = 60


@dataclass(frozen=True)
class Part:
    """Something that is shown: its role, name, description and states, as AT-SPI names them."""

    role: str
    name: str
    description: str
    states: tuple[str, ...]


class ScreenReader:
    """Drives this file in the system's Python, on the bus of a desktop."""

    def __init__(self, desktop: Mapping[str, str]) -> None:
        self._desktop = desktop

    def parts(self) -> list[Part]:
        """Return all that the window shows, parents first; of a long table only the beginning."""
        found = self._run("read")
        return [Part(role, name, text, tuple(states)) for role, name, text, states in json.loads(found or "[]")]

    def has(self, role: str, name: str) -> bool:
        """Tell whether the window shows this."""
        return any((part.role, part.name) == (role, name) for part in self.parts())

    def type(self, name: str, text: str) -> bool:
        """Put text into the field of this name; False if there is none."""
        return self._run("type", name, text) == "done"

    def press(self, name: str) -> bool:
        """Press the button, or tick the box, of this name; False if there is none."""
        return self._run("press", name) == "done"

    def _run(self, *words: str) -> str:
        command = [SYSTEM_PYTHON, __file__, *words]
        return subprocess.run(command, env=self._desktop, capture_output=True, text=True, timeout=60).stdout.strip()


def _main() -> None:
    import gi

    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi

    parts = list(_shown(Atspi, Atspi.get_desktop(0)))
    if sys.argv[1] == "read":
        sys.stdout.write(json.dumps([_told(Atspi, part) for part in parts]))
        return
    wanted = Atspi.StateType.EDITABLE if sys.argv[1] == "type" else Atspi.StateType.ENABLED
    for part in parts:
        if part.get_name() == sys.argv[2] and part.get_state_set().contains(wanted) and _use(part):
            sys.stdout.write("done")
            return


def _shown(atspi: Any, part: Any) -> Iterator[Any]:
    for number in range(min(part.get_child_count(), _MOST_CHILDREN)):
        child = part.get_child_at_index(number)
        # An application itself has no states.
        if child is not None and (
            child.get_role() == atspi.Role.APPLICATION or child.get_state_set().contains(atspi.StateType.SHOWING)
        ):
            yield child
            yield from _shown(atspi, child)


def _told(atspi: Any, part: Any) -> tuple[str, str, str, list[str]]:
    states = [state.value_nick for state in part.get_state_set().get_states()]
    return part.get_role_name(), part.get_name(), part.get_description(), states


def _use(part: Any) -> bool:
    if sys.argv[1] == "type":
        return bool(part.set_text_contents(sys.argv[3]))
    actions = [part.get_action_name(number) for number in range(part.get_n_actions())]
    fitting = [number for number, name in enumerate(actions) if name in ("Press", "Toggle")]
    return bool(fitting) and bool(part.do_action(fitting[0]))


if __name__ == "__main__":
    _main()
