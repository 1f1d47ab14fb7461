"""The way through signing in, page by page, with a provider that ends when the test says."""

import threading

import pytest
from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtGui import QGuiApplication
from shiboken6 import delete

from app.core.errors import LocalFileError, OutageError, SignInError
from app.ui.signin.flow import SignInFlow
from app.ui.signin.view import Action
from app.ui.signin.wording import Wording
from app.workers.job import JobRunner
from tests.fakes import MARIA, PRIYA, SIGN_IN_PAGE, ScriptedSignIn

PERSONAL = SignInError("personal-account", "A personal account", "", "maria@gmail.com")
COMPANY = SignInError("other-organisation", "Another organisation", "", "m@contoso.com")
DENIED = SignInError("sign-in-denied", "The sign-in was not allowed", "Google says: access_denied.")
TIMEOUT = SignInError("sign-in-timeout", "Nobody signed in", "The page waited ten minutes.")
FAILED = SignInError("sign-in-failed", "The sign-in failed", "The answer has a bad signature.")
CLOCK = SignInError("clock-off", "The clock of this computer is off", "It is 3 hours ahead.")
OUTAGE = OutageError("provider-unreachable", "The sign-in page can’t be reached", "Check the network.")


@pytest.fixture
def provider():
    return ScriptedSignIn()


@pytest.fixture
def runner(qapp):
    made = JobRunner()
    yield made
    assert made.close(10)


@pytest.fixture
def opened():
    """The addresses that a browser was told to open once more."""
    return []


@pytest.fixture
def flow(shown, provider, runner, opened):
    def open_address(address):
        opened.append(address)
        return provider.has_browser

    made = SignInFlow(lambda: provider, runner, Wording("Example Ltd", ("example.com",)), open_address=open_address)
    shown(made.page, 1120, 720)
    made.ask()
    yield made
    delete(made)  # what is still under way is cancelled and tells nothing more


@pytest.fixture
def press(flow, qtbot):
    """Presses a button once it can be pressed."""

    def press(action):
        qtbot.waitUntil(lambda: offers(flow, action))
        flow.page.button(action).click()

    return press


@pytest.fixture
def waiting(flow, press, provider, qtbot):
    """The flow while the person is in the browser."""
    press(Action.SIGN_IN)
    qtbot.waitUntil(lambda: offers(flow, Action.OPEN_AGAIN))
    return flow


def offers(flow, action):
    return action in flow.page._buttons and flow.page.button(action).isEnabled()


def signals(flow):
    told = []
    flow.signed_in.connect(told.append)
    flow.left.connect(lambda: told.append("left"))
    return told


class TestSigningIn:
    def test_it_waits_for_the_browser_and_tells_who_has_signed_in(self, waiting, provider, qtbot):
        assert waiting.page.view.title == "Continue in your browser"
        with qtbot.waitSignal(waiting.signed_in) as told:
            provider.attempts[0].succeeds(MARIA)
        assert (told.args[0].account, told.args[0].keeping_problem) == (MARIA, None)
        assert provider.attempts[0].opens_browser
        assert not provider.attempts[0].uses_other_account

    def test_without_a_keyring_it_tells_why_the_sign_in_wont_last(self, waiting, provider, qtbot):
        provider.keeping_problem = SignInError("no-keyring", "There is no keyring", "Install gnome-keyring.")
        with qtbot.waitSignal(waiting.signed_in) as told:
            provider.attempts[0].succeeds()
        assert told.args[0].keeping_problem is provider.keeping_problem

    def test_the_window_lives_while_the_libraries_load(self, flow, press, qtbot):
        go_on = threading.Event()
        flow._open_sign_in = lambda: go_on.wait(10) and ScriptedSignIn()
        pauses_ms, clock, timer = [], QElapsedTimer(), QTimer(interval=5)
        timer.timeout.connect(lambda: pauses_ms.append(clock.restart()))
        clock.start()
        timer.start()
        press(Action.SIGN_IN)
        assert flow.page.view.title == "Continue in your browser"
        qtbot.waitUntil(lambda: len(pauses_ms) >= 20)
        assert max(pauses_ms) < 200

        flow.page.button(Action.CANCEL).click()
        assert flow.page.view.title == "Sign in to Tagdrop"
        go_on.set()

    def test_the_page_can_be_opened_again(self, waiting, press, opened):
        press(Action.OPEN_AGAIN)
        assert opened == [SIGN_IN_PAGE]
        assert waiting.page.view.title == "Continue in your browser"

    def test_a_browser_that_doesnt_open_again_leaves_the_address(self, waiting, press, provider):
        provider.has_browser = False
        press(Action.OPEN_AGAIN)
        assert waiting.page.view.address == SIGN_IN_PAGE


class TestWithoutABrowser:
    def test_the_address_is_shown_and_can_be_copied(self, flow, press, provider, qtbot):
        provider.has_browser = False
        press(Action.SIGN_IN)
        qtbot.waitUntil(lambda: flow.page.view.address == SIGN_IN_PAGE)
        assert flow.page.view.text.startswith("No browser could be opened. Open this address in a browser")

        QGuiApplication.clipboard().clear()
        press(Action.COPY_ADDRESS)
        assert QGuiApplication.clipboard().text() == SIGN_IN_PAGE
        assert flow.page.button(Action.COPY_ADDRESS).text() == "Address copied"

    def test_copying_the_address_instead_opens_nothing(self, flow, press, provider, qtbot):
        QGuiApplication.clipboard().clear()
        press(Action.COPY_INSTEAD)
        qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == SIGN_IN_PAGE)
        assert flow.page.view.text.startswith("The address is copied.")
        assert not provider.attempts[0].opens_browser

    def test_another_account_goes_the_same_way(self, flow, press, provider, qtbot):
        press(Action.COPY_INSTEAD)
        qtbot.waitUntil(lambda: len(provider.attempts) == 1)
        provider.attempts[0].fails(PERSONAL)
        press(Action.OTHER_ACCOUNT)
        qtbot.waitUntil(lambda: len(provider.attempts) == 2)
        assert not provider.attempts[1].opens_browser


class TestCancel:
    def test_it_is_back_at_once_and_the_attempt_ends(self, waiting, press, provider):
        press(Action.CANCEL)
        assert waiting.page.view.title == "Sign in to Tagdrop"
        assert provider.attempts[0].cancel.is_cancelled

    def test_a_browser_that_was_quicker_counts(self, waiting, provider, qtbot):
        provider.attempts[0].succeeds()
        with qtbot.waitSignal(waiting.signed_in) as told:
            waiting.page.chosen.emit(Action.CANCEL)
        assert told.args[0].account == MARIA

    def test_an_attempt_that_fails_afterwards_says_nothing(self, waiting, press, provider, runner, qtbot):
        provider.attempts[0].fails(TIMEOUT)
        press(Action.CANCEL)
        qtbot.waitUntil(lambda: not runner.running)
        assert waiting.page.view.notice is None

    def test_in_the_middle_of_work_it_goes_back_to_the_window(self, flow, press, provider, qtbot):
        flow.ask_again()
        qtbot.waitUntil(lambda: len(provider.attempts) == 1)
        told = signals(flow)
        press(Action.CANCEL)
        assert told == ["left"]

    def test_what_is_waited_for_without_a_choice_cant_be_cancelled(self, flow):
        flow.ask_again()
        flow.wait("You are signed in", "Connecting…")
        told = signals(flow)
        flow.page.chosen.emit(Action.CANCEL)
        assert told == []
        assert flow.page.view.title == "You are signed in"


class TestFailures:
    @pytest.mark.parametrize("error", [PERSONAL, COMPANY, DENIED, TIMEOUT, FAILED, CLOCK, OUTAGE], ids=lambda e: e.code)
    def test_each_is_said_and_has_a_way_on(self, waiting, press, provider, qtbot, error):
        provider.attempts[0].fails(error)
        qtbot.waitUntil(lambda: waiting.page.view.notice is not None)
        assert waiting.page.view == Wording("Example Ltd", ("example.com",)).problem(error, can_leave=False)

        way_on = waiting.page.view.choices[0].action
        press(way_on)
        qtbot.waitUntil(lambda: len(provider.attempts) == 2)
        with qtbot.waitSignal(waiting.signed_in):
            provider.attempts[1].succeeds()

    @pytest.mark.parametrize(("error", "asks"), [(PERSONAL, True), (COMPANY, True), (TIMEOUT, False)])
    def test_after_a_wrong_account_the_provider_asks_which_one(self, waiting, press, provider, qtbot, error, asks):
        provider.attempts[0].fails(error)
        qtbot.waitUntil(lambda: waiting.page.view.notice is not None)
        press(waiting.page.view.choices[0].action)
        qtbot.waitUntil(lambda: len(provider.attempts) == 2)
        assert provider.attempts[1].uses_other_account is asks

    def test_it_gets_the_error_that_it_wants_to_know(self, waiting, press, provider, qtbot):
        provider.attempts[0].fails(PERSONAL)
        with qtbot.waitSignal(waiting.details_asked) as told:
            press(Action.COPY_DETAILS)
        assert told.args == [PERSONAL]

    def test_libraries_that_cant_be_loaded_are_an_error_like_others(self, flow, press, qtbot):
        def fail():
            raise OutageError("no-library", "The sign-in can’t be loaded", "Install Tagdrop again.")

        flow._open_sign_in = fail
        press(Action.SIGN_IN)
        qtbot.waitUntil(lambda: flow.page.view.notice is not None)
        assert flow.page.view.notice.title == "The sign-in can’t be loaded"


class TestSigningOut:
    @pytest.mark.parametrize("everywhere", [False, True])
    def test_it_runs_beside_the_window(self, flow, provider, qtbot, everywhere):
        provider.may_sign_out.clear()
        forgotten = []

        def forget():
            forgotten.append(list(provider.signed_out))
            return ()

        job = flow.sign_out(everywhere=everywhere, forget=forget)
        assert provider.signed_out == []
        with qtbot.waitSignal(job.succeeded):
            provider.may_sign_out.set()
        assert provider.signed_out == [everywhere]
        assert forgotten == [[]]

    def test_files_that_cant_be_forgotten_keep_nobody_signed_in(self, flow, provider, qtbot):
        error = LocalFileError("file-locked", "Another program has it open")

        def fail():
            raise error

        with qtbot.waitSignal(flow.sign_out(everywhere=False, forget=fail).succeeded) as told:
            pass
        assert (told.args, provider.signed_out) == ([(error,)], [False])

    def test_all_that_couldnt_be_done_is_told_the_account_first(self, flow, provider, qtbot):
        left = LocalFileError("part-left", "It couldn’t be deleted")
        provider.sign_out_error = SignInError("keyring-locked", "The keyring is locked")
        with qtbot.waitSignal(flow.sign_out(everywhere=False, forget=lambda: (left,)).succeeded) as told:
            pass
        assert told.args == [(provider.sign_out_error, left)]

    def test_the_next_sign_in_asks_which_account(self, flow, press, provider, qtbot):
        with qtbot.waitSignal(flow.sign_out(everywhere=False, forget=list).succeeded):
            pass
        press(Action.SIGN_IN)
        qtbot.waitUntil(lambda: len(provider.attempts) == 1)
        assert provider.attempts[0].uses_other_account


def test_somebody_else_may_go_on_as_they_are(waiting, press, provider, qtbot):
    waiting.signed_in.connect(lambda _signed_in: waiting.offer_to_change(MARIA.email))
    provider.attempts[0].succeeds(PRIYA)
    with qtbot.waitSignal(waiting.go_on_asked) as told:
        press(Action.GO_ON)
    assert told.args[0].account == PRIYA
