"""What is known of servers: found out once, and kept from one start to the next."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.aws.capabilities import FoundOut, kept_in
from app.aws.server_file import ServerFile
from app.core.capabilities import EVERYTHING, NOTHING
from app.core.errors import CancelledError, OutageError
from app.core.job import CancelToken
from tests.fakes import MovedClock

SERVER = "https://s3.example.com staging"
FOUND = replace(EVERYTHING, tags_on_copy=False)


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def file(tmp_path, clock):
    return ServerFile(tmp_path / "cache" / "servers.json", clock)


class Server:
    """Counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self, cancel):
        self.asked += 1
        return FOUND


def test_what_was_found_out_is_known_at_the_next_start(file, tmp_path, clock):
    file.write(SERVER, FOUND)
    file.write("another", EVERYTHING)
    assert ServerFile(tmp_path / "cache" / "servers.json", clock).read(SERVER) == FOUND


def test_after_a_day_it_is_found_out_again(file, clock):
    file.write(SERVER, FOUND)
    clock.moved_by *= 0
    assert file.read(SERVER) == FOUND
    clock.moved_by = MovedClock(24.1).moved_by
    assert file.read(SERVER) is None


def test_a_clock_that_was_put_back_keeps_nothing_for_ever(file, clock):
    file.write(SERVER, FOUND)
    clock.moved_by = MovedClock(-48).moved_by
    assert file.read(SERVER) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"https://s3.example.com staging": 1}',
        '{"https://s3.example.com staging": {"found_at": "today", "can": {}}}',
        '{"https://s3.example.com staging": {"found_at": "2999-01-01T00:00:00", "can": {}}}',
        "\x00",
    ],
)
def test_a_damaged_file_knows_nothing_and_is_written_anew(file, tmp_path, text):
    file.write(SERVER, FOUND)
    (tmp_path / "cache" / "servers.json").write_text(text)
    assert file.read(SERVER) is None
    file.write(SERVER, FOUND)
    assert file.read(SERVER) == FOUND


def test_what_another_version_of_the_program_asked_for_isnt_taken(file, tmp_path):
    file.write(SERVER, FOUND)
    path = tmp_path / "cache" / "servers.json"
    path.write_text(path.read_text().replace("tags_on_copy", "tags_on_move"))
    assert file.read(SERVER) is None


def test_a_folder_that_cant_be_written_hinders_nothing(tmp_path, clock):
    (tmp_path / "cache").write_text("a file")
    ServerFile(tmp_path / "cache" / "servers.json", clock).write(SERVER, FOUND)


def test_a_server_that_is_known_isnt_asked(file):
    server = Server()
    for _ in range(2):
        assert kept_in(file, SERVER, server)(CancelToken()) == FOUND
    assert server.asked == 1


def test_that_nothing_could_be_found_out_isnt_kept(file):
    assert kept_in(file, SERVER, lambda cancel: NOTHING)(CancelToken()) == NOTHING
    assert kept_in(file, SERVER, lambda cancel: FOUND)(CancelToken()) == FOUND


def test_several_threads_ask_once_and_one_that_is_cancelled_doesnt_wait():
    asking, may_answer = threading.Event(), threading.Event()
    server = Server()

    def ask(cancel):
        asking.set()
        may_answer.wait(30)
        return server(cancel)

    found = FoundOut(ask)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(found, CancelToken())
        asking.wait(30)
        cancel = CancelToken()
        waiting, cancelled = pool.submit(found, CancelToken()), pool.submit(found, cancel)
        cancel.cancel()
        with pytest.raises(CancelledError):
            cancelled.result(30)
        may_answer.set()
        assert first.result(30) == waiting.result(30) == FOUND
    assert server.asked == 1


def test_after_a_failure_whoever_comes_next_asks_again():
    answers = iter([OutageError("no-connection", "No connection"), FOUND])

    def ask(cancel):
        answer = next(answers)
        if isinstance(answer, OutageError):
            raise answer
        return answer

    found = FoundOut(ask)
    with pytest.raises(OutageError):
        found(CancelToken())
    assert found(CancelToken()) == FOUND


def test_what_is_weaker_is_said_once_and_only_when_it_is_known(caplog):
    caplog.set_level("INFO", "app")
    server = Server()
    found = FoundOut(server)
    assert found.weaknesses() is None
    assert found(CancelToken()) == found(CancelToken()) == FOUND
    assert server.asked == 1
    sentence = "The server doesn’t take tags along with a copy: they are written after it, and read back."
    assert found.weaknesses() == (sentence,)
    assert [record.getMessage() for record in caplog.records] == [sentence]
