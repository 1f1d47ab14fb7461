"""Starting and stopping the provider, and what can be done to it from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.core.errors import OutageError
from app.demo.ports import LOOPBACK, free_ports
from app.demo.provider.authorization import Authorization
from app.demo.provider.client import DesktopClient
from app.demo.provider.id_tokens import IdTokens
from app.demo.provider.listener import Listener
from app.demo.provider.people import PEOPLE, Person
from app.demo.provider.routes import Routes
from app.demo.provider.state import State

_CLIENT_ID = "tagdrop-demo"
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Running:
    issuer: str
    client: DesktopClient
    state: State
    id_tokens: IdTokens
    listener: Listener


class Provider:
    """An OpenID provider in this process; a context manager that starts and stops it.

    A second start on the same file has the same address, where its port is free, and knows the sign-ins.
    """

    def __init__(self, state_file: Path, people: Sequence[Person] = PEOPLE) -> None:
        """Take what to run on.

        Args:
            state_file: keys and sign-ins; made for the owner only if it isn't there.
            people: who can sign in.
        """
        self._state_file = state_file
        self._people = tuple(people)
        self._current: _Running | None = None

    @property
    def issuer(self) -> str:
        """Its address, which is also its name."""
        return self._running.issuer

    @property
    def client_id(self) -> str:
        """Names the program that may ask people to sign in."""
        return self._running.client.id

    @property
    def client_secret(self) -> str:
        """Sent along by that program; no secret, as it lies on every desktop."""
        return self._running.client.secret

    @property
    def state(self) -> State:
        """What stays from start to start."""
        return self._running.state

    @property
    def id_tokens(self) -> IdTokens:
        """Signs ID tokens."""
        return self._running.id_tokens

    def start(self) -> None:
        """Begin to listen.

        Raises:
            LocalFileError: the file is damaged, or can't be written.
            OutageError: no port is free.
        """
        state = State(self._state_file)
        for attempt in range(1, _ATTEMPTS + 1):
            (port,) = free_ports(1, [state.port] if state.port else [])
            try:
                state.keep_port(port)
                self._current = self._listen(state)
                return
            except OSError as error:
                # Somebody took the port between our look and our listening.
                if attempt == _ATTEMPTS:
                    raise OutageError("demo-port-taken", "A port that the demo needs is taken", str(error)) from error

    def stop(self) -> None:
        """Stop listening; does nothing when it isn't running."""
        running, self._current = self._current, None
        if running is not None:
            running.listener.close()

    def end_sign_ins(self, email: str) -> None:
        """Make the refresh tokens of a person worthless, as when the organisation blocks the account."""
        subjects = {person.subject for person in self._people if person.email == email}
        self.state.forget(lambda sign_in: sign_in.subject in subjects)

    def rotate_keys(self) -> None:
        """Sign with a new key from now on; tokens signed with the last one stay good, older ones don't."""
        self.state.rotate_keys()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _running(self) -> _Running:
        if self._current is None:
            raise RuntimeError("the provider isn't started")
        return self._current

    def _listen(self, state: State) -> _Running:
        issuer = f"http://{LOOPBACK}:{state.port}"
        client = DesktopClient(_CLIENT_ID, state.client_secret)
        id_tokens = IdTokens(issuer, client, state)
        routes = Routes(issuer, Authorization(client, self._people, state, id_tokens))
        return _Running(issuer, client, state, id_tokens, Listener(state.port, routes.answer))
