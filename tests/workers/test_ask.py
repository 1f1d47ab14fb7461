import pytest

from app.workers.ask import Asker
from app.workers.job import JobRunner


@pytest.fixture
def runner(qapp):
    runner = JobRunner()
    yield runner
    assert runner.close()


def test_a_use_case_goes_on_with_the_answer(qtbot, runner):
    asker = Asker()
    asker.asked.connect(lambda question: question.answer(question.what * 2))
    job = runner.start(lambda job: asker.ask(21, job.cancel))
    with qtbot.waitSignal(job.succeeded) as answered:
        pass
    assert answered.args == [42]


def test_the_window_goes_on_while_a_use_case_waits_for_an_answer(qtbot, runner):
    asker = Asker()
    job = runner.start(lambda job: asker.ask("Keep both?", job.cancel))
    with qtbot.waitSignal(asker.asked) as asked:
        pass
    assert not job.is_finished
    with qtbot.waitSignal(job.succeeded) as answered:
        asked.args[0].answer("Keep both")
    assert answered.args == ["Keep both"]


def test_the_first_answer_counts(qtbot, runner):
    asker = Asker()
    job = runner.start(lambda job: asker.ask("?", job.cancel))

    def answer_twice(question):
        question.answer("first")
        question.answer("second")

    asker.asked.connect(answer_twice)
    with qtbot.waitSignal(job.succeeded) as answered:
        pass
    assert answered.args == ["first"]


def test_a_cancel_wakes_the_use_case_and_withdraws_the_question(qtbot, runner):
    asker = Asker()
    job = runner.start(lambda job: asker.ask("?", job.cancel))
    with qtbot.waitSignal(asker.asked) as asked:
        pass
    with qtbot.waitSignals([job.cancelled, asker.withdrawn]) as _, qtbot.waitSignal(asker.withdrawn) as withdrawn:
        job.cancel()
    assert withdrawn.args == asked.args


def test_a_question_of_a_job_that_was_cancelled_before_is_not_waited_for(qtbot, runner):
    asker = Asker()

    def ask(job):
        job.cancel.wait(30)
        return asker.ask("?", job.cancel)

    job = runner.start(ask)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
