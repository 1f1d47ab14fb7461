"""A keyring for tests."""

from __future__ import annotations

from keyring.errors import PasswordDeleteError


class MemoryKeyring:
    """A keyring that forgets with the program; counts what it was asked."""

    def __init__(self) -> None:
        self.entries, self.asked, self.error = {}, [], None

    def get_password(self, service, username):
        self._ask("get")
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self._ask("set")
        self.entries[service, username] = password

    def delete_password(self, service, username):
        self._ask("delete")
        if (service, username) not in self.entries:
            raise PasswordDeleteError("No such password!")
        del self.entries[service, username]

    def _ask(self, what) -> None:
        self.asked.append(what)
        if self.error:
            raise self.error
