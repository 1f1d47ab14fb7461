"""Uploads that are killed, cut off or cancelled in the middle: what is gone on with, and what is left."""

from __future__ import annotations

import base64
import os
import signal
import threading
import zlib

from tests.integration.killing import Gate, killed
from tests.proxy import HANG_UP, puts_object as puts_any_object, puts_part as puts_any_part
from tests.server import keys_in, tags_of
from tests.waiting import eventually

TAG = "Lot 7"


def puts_object(asked):
    return puts_any_object(asked) and asked.bucket.startswith("storage")  # what the server can do is tried elsewhere


def puts_part(asked):
    return puts_any_part(asked) and asked.bucket.startswith("storage")


MIB = 1024**2


class Wall(Gate):
    """Hangs up instead: the line is dead."""

    def stop(self):
        return HANG_UP


def write(folder, sizes):
    contents = {}
    for number, size in enumerate(sizes):
        path = folder / f"Größe {number}.bin"
        path.write_bytes(body := zlib.crc32(b"%d" % number).to_bytes(4, "big") * (size // 4))
        contents[f"{folder.name}/{path.name}"] = body
    return contents


def killed_in_the_middle(tagdrop, proxy, files, matches, through, ends_by=signal.SIGKILL):
    return killed(tagdrop, proxy, matches, through, "upload", "--tag", TAG, files, ends_by=ends_by)


def left(tagdrop):
    return tagdrop.run("transfers").of("transfer")


def check_stored(boto, buckets, contents):
    assert keys_in(boto, buckets.storage) == sorted(contents)
    for key, body in contents.items():
        answer = boto.get_object(Bucket=buckets.storage, Key=key, ChecksumMode="ENABLED")
        assert answer["Body"].read() == body
        assert answer["ChecksumCRC32"] == base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
        assert tags_of(boto, buckets.storage, key) == {"Tag1": TAG, "Tag2": "Tag-value"}
    assert not open_uploads(boto, buckets)


def open_uploads(boto, buckets):
    return boto.list_multipart_uploads(Bucket=buckets.storage).get("Uploads", [])


class TestKilled:
    def test_among_small_files_it_goes_on_with_those_that_are_left(self, tagdrop, proxy, files, boto, buckets):
        contents = write(files, [2000] * 60)
        killed_in_the_middle(tagdrop, proxy, files, puts_object, 30)
        (transfer,) = left(tagdrop)
        assert transfer["files"] == 60
        assert 0 < transfer["files_left"] <= 60
        there = set(keys_in(boto, buckets.storage))
        ran = tagdrop.run("resume")
        assert (ran.code, ran.lines[-1]["failed"]) == (0, 0), ran
        assert ran.lines[-1]["uploaded"] == transfer["files_left"]
        assert proxy.count(lambda asked: puts_object(asked) and asked.key not in there) == 60 - len(there)
        check_stored(boto, buckets, contents)
        assert left(tagdrop) == []

    def test_in_a_large_file_it_goes_on_from_the_parts_that_had_arrived(self, tagdrop, proxy, files, boto, buckets):
        contents = write(files, [44 * MIB, 1000])
        killed_in_the_middle(tagdrop, proxy, files, puts_part, 3)
        assert eventually(lambda: len(open_uploads(boto, buckets)) == 1)
        ran = tagdrop.run("resume")
        assert ran.code == 0, ran
        assert proxy.count(puts_part) == 6 - 3
        check_stored(boto, buckets, contents)

    def test_a_file_that_changed_meanwhile_is_begun_anew(self, tagdrop, proxy, files, boto, buckets):
        write(files, [44 * MIB, 1000])
        killed_in_the_middle(tagdrop, proxy, files, puts_part, 3)
        body = b"new!" * (20 * MIB // 4)
        (files / "Größe 0.bin").write_bytes(body)
        ran = tagdrop.run("resume")
        assert ran.code == 0, ran
        check_stored(
            boto,
            buckets,
            {f"{files.name}/Größe 0.bin": body}
            | {
                key: boto.get_object(Bucket=buckets.storage, Key=key)["Body"].read()
                for key in [f"{files.name}/Größe 1.bin"]
            },
        )

    def test_a_file_whose_bytes_alone_changed_is_never_mixed(self, tagdrop, proxy, files, boto, buckets):
        contents = write(files, [44 * MIB])
        path = files / "Größe 0.bin"
        killed_in_the_middle(tagdrop, proxy, files, puts_part, 3)
        stat = path.stat()
        body = bytes(44 * MIB)
        path.write_bytes(body)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert tagdrop.run("resume").code == 0
        assert proxy.count(puts_part) == 6
        check_stored(boto, buckets, dict.fromkeys(contents, body))

    def test_a_file_that_is_gone_is_named_and_the_rest_goes_on(self, tagdrop, proxy, files, boto, buckets):
        contents = write(files, [44 * MIB, 1000, 1000])
        killed_in_the_middle(tagdrop, proxy, files, puts_part, 3)
        (files / "Größe 0.bin").unlink()
        ran = tagdrop.run("resume")
        assert ran.code == 1
        (failed,) = [line for line in ran.of("file") if line["status"] == "failed"]
        assert (failed["key"], failed["error"]["code"]) == (f"{files.name}/Größe 0.bin", "file-gone")
        assert left(tagdrop) == []
        del contents[failed["key"]]
        check_stored(boto, buckets, contents)

    def test_discarded_it_leaves_what_arrived_and_nothing_half_done(self, tagdrop, proxy, files, boto, buckets):
        contents = write(files, [44 * MIB, 1000])
        killed_in_the_middle(tagdrop, proxy, files, puts_part, 3)
        (transfer,) = left(tagdrop)
        ran = tagdrop.run("transfers", "--discard", str(transfer["id"]))
        assert ran.code == 0, ran
        assert ran.of("discarded") == [{"event": "discarded", "id": transfer["id"], "files": transfer["files_left"]}]
        assert left(tagdrop) == []
        del contents[f"{files.name}/Größe 0.bin"]
        check_stored(boto, buckets, contents)
        again = tagdrop.run("resume", str(transfer["id"]))
        assert (again.code, again.of("error")[0]["code"]) == (1, "no-such-transfer")

    def test_copies_keep_the_name_that_was_decided(self, tagdrop, proxy, files, boto, buckets):
        contents = write(files, [1000] * 4)
        for key in contents:
            boto.put_object(Bucket=buckets.storage, Key=key, Body=b"of somebody else")
        killed_in_the_middle(
            tagdrop, proxy, files, lambda asked: puts_object(asked) and asked.key.endswith("(2).bin"), 2
        )
        ran = tagdrop.run("resume")
        assert ran.code == 0, ran
        copies = {key.replace(".bin", " (2).bin"): body for key, body in contents.items()}
        assert keys_in(boto, buckets.storage) == sorted({*contents, *copies})
        for key, body in copies.items():
            assert boto.get_object(Bucket=buckets.storage, Key=key)["Body"].read() == body


def test_while_it_is_under_way_nobody_else_goes_on_with_it(tagdrop, proxy, files):
    write(files, [1000] * 40)
    gate = Gate(proxy, puts_object, 10)
    with tagdrop.start("upload", "--tag", TAG, files) as process:
        assert gate.held.wait(60)
        assert left(tagdrop) == []
        (lock,) = tagdrop.home.rglob("*.lock")
        taken = tagdrop.run("resume", lock.stem.split(".")[1])
        assert (taken.code, taken.of("error")[0]["code"]) == (2, "transfer-in-use"), taken
        process.kill()


def test_one_that_is_discarded_before_its_turn_is_passed_over(tagdrop, proxy, files, boto, buckets):
    contents = {}
    for name in ("first", "second", "third"):
        folder = files / name
        folder.mkdir()
        contents |= write(folder, [1000] * 2)
        killed_in_the_middle(tagdrop, proxy, folder, puts_object, 0)
    second = left(tagdrop)[1]
    is_held, is_free = threading.Event(), threading.Event()

    def hold(asked, forward):
        is_held.set()
        is_free.wait(60)
        return forward()

    proxy.on(puts_object, hold)
    with tagdrop.start("resume") as process:
        assert is_held.wait(60)
        assert tagdrop.run("transfers", "--discard", str(second["id"])).code == 0
        is_free.set()
        assert process.wait(60) == 0
    check_stored(boto, buckets, {key: body for key, body in contents.items() if not key.startswith("second/")})


def test_a_lost_connection_leaves_it_open(tagdrop, proxy, files, boto, buckets):
    contents = write(files, [2000] * 40)
    Wall(proxy, puts_object, 20)
    ran = tagdrop.run("upload", "--tag", TAG, files)
    assert ran.code == 1
    proxy.forget()
    (transfer,) = left(tagdrop)
    assert transfer["files_left"] == ran.lines[-1]["failed"]
    assert tagdrop.run("resume").code == 0
    check_stored(boto, buckets, contents)


def test_a_shutdown_leaves_what_is_gone_on_with_from_the_parts_that_had_arrived(tagdrop, proxy, files, boto, buckets):
    contents = write(files, [44 * MIB, 1000])
    assert killed_in_the_middle(tagdrop, proxy, files, puts_part, 3, signal.SIGTERM) == 130
    assert len(open_uploads(boto, buckets)) == 1
    (transfer,) = left(tagdrop)
    assert transfer["files_left"] == 1
    assert tagdrop.run("resume").code == 0
    assert len([asked for asked in proxy.asked if puts_part(asked)]) <= 3
    check_stored(boto, buckets, contents)
    assert not open_uploads(boto, buckets)


def test_ctrl_c_leaves_nothing_to_go_on_with(tagdrop, proxy, files, boto, buckets):
    write(files, [44 * MIB, 1000])
    assert killed_in_the_middle(tagdrop, proxy, files, puts_part, 3, signal.SIGINT) == 130
    assert left(tagdrop) == []
    assert keys_in(boto, buckets.storage) == [f"{files.name}/Größe 1.bin"]
    assert not open_uploads(boto, buckets)
