from app.core.events import Progressed, Stage
from app.ui.transfers.remaining import Remaining

MB = 1_000_000


def progress(done, total=100 * MB, files=0, files_total=0, unmoved=(0, 0)):
    return Progressed(Stage.UPLOADING, files, files_total, done, total, *unmoved)


def test_nothing_is_promised_before_there_is_something_to_go_by():
    remaining = Remaining()
    remaining.update(progress(0), now=0)
    remaining.update(progress(MB), now=1)
    assert remaining.seconds(1) is None


def test_a_steady_speed_gives_the_time_left():
    remaining = Remaining()
    for second in range(11):
        remaining.update(progress(second * MB), now=second)
    assert round(remaining.seconds(10)) == 90


def test_the_time_left_falls_with_the_clock_also_when_nothing_is_told():
    remaining = Remaining()
    for second in range(11):
        remaining.update(progress(second * MB), now=second)
    assert round(remaining.seconds(15)) == 85


def test_small_waves_of_the_network_never_make_it_rise():
    remaining = Remaining()
    done, shown = 0.0, []
    for second in range(60):
        done += MB * (1.15 if second % 6 < 3 else 0.85)
        remaining.update(progress(int(done)), now=second)
        shown.append(remaining.seconds(second))
    told = [value for value in shown if value is not None]
    assert told == sorted(told, reverse=True)


def test_a_real_drop_of_the_speed_is_said():
    remaining = Remaining()
    for second in range(11):
        remaining.update(progress(second * MB), now=second)
    before = remaining.seconds(10)
    for second in range(11, 60):
        remaining.update(progress(10 * MB + (second - 10) * MB // 10), now=second)
    assert remaining.seconds(59) > before


def test_many_small_files_count_besides_their_bytes():
    remaining = Remaining()
    for second in range(11):
        remaining.update(progress(second * 1000, 100_000, files=second, files_total=100), now=second)
    assert round(remaining.seconds(10)) == 90


def test_a_pause_leaves_the_time_left_and_the_speed_is_learned_anew():
    remaining = Remaining()
    for second in range(11):
        remaining.update(progress(second * MB), now=second)
    remaining.begin_again()
    assert round(remaining.seconds(10)) == 90
    assert remaining.bytes_per_second(10) is None
    for second in range(10, 20):
        remaining.update(progress((second + 30) * MB), now=second)  # 30 MB had arrived during the pause
    assert round(remaining.bytes_per_second(19)) == MB
    assert round(remaining.seconds(19)) == 51


def test_the_speed_falls_when_nothing_arrives():
    remaining = Remaining()
    for second in range(11):
        remaining.update(progress(second * MB), now=second)
    assert remaining.bytes_per_second(10) == MB
    assert remaining.bytes_per_second(20) == MB / 2


def test_what_was_there_before_is_no_speed_and_leaves_less_to_do():
    remaining = Remaining()
    remaining.update(progress(0), now=0)
    for second in range(1, 11):  # 40 MB are found to be there within the first second
        remaining.update(progress((second + 40) * MB, unmoved=(0, 40 * MB)), now=second)
    assert remaining.bytes_per_second(10) == MB
    assert round(remaining.seconds(10)) == 50


def test_files_that_were_there_before_took_no_time():
    remaining = Remaining()
    remaining.update(progress(0, 0, files_total=100), now=0)
    for second in range(1, 11):
        remaining.update(progress(0, 0, files=second + 40, files_total=100, unmoved=(40, 0)), now=second)
    assert round(remaining.seconds(10)) == 50
