"""Signing in at the start and in the middle of work, and signing out, in the whole window."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.core.errors import ConfigurationError, LocalFileError, OutageError, RefusalError, SignInError
from app.ui.account import show_account
from app.ui.connecting import Connecting
from app.ui.services import WindowSettings
from app.ui.signin.account_row import AccountRow
from app.ui.signin.view import Action
from app.ui.transfers.transfer import State
from app.ui.widgets.sheet import Sheet
from tests.fakes import MARIA, PRIYA
from tests.proxy import answer, hold_until, puts_object
from tests.server import keys_in

Key = Qt.Key
ROLE = RefusalError("role-refused", "The storage doesn’t let this account in", "Your IT team decides who may.")
LEFT = LocalFileError("part-left", "It couldn’t be deleted", "Delete it yourself.", "/stick/a.zip.part")
OUTAGE = OutageError("no-connection", "No connection to the storage", "Check the network.")


def while_ended(storage):
    """Let the storage refuse the session for as long as the sign-in has ended."""
    refuse = answer(400, "ExpiredToken")
    return lambda asked, forward: refuse(asked, forward) if storage.has_ended else forward()


def write(folder, *names):
    for name in names:
        (folder / name).write_text("content of a file")
    return folder


@pytest.fixture
def at_the_door(visit):
    """Somebody in front of the sign-in page."""
    visitor = visit()
    visitor.wait(lambda: visitor.view)
    return visitor


@pytest.fixture
def maria(visit, provider):
    """Somebody who works in the window, signed in since the last time."""
    provider.account = MARIA
    visitor = visit()
    visitor.wait(visitor.is_in_the_window)
    return visitor


class TestStart:
    def test_signed_out_the_page_is_all_there_is(self, at_the_door):
        assert at_the_door.view.title == "Sign in to Tagdrop"
        assert not at_the_door.place.window.sidebar.isVisible()
        assert at_the_door.account.row.isHidden()

    def test_by_keyboard_alone_into_the_window(self, at_the_door, provider):
        at_the_door.press_key(Key.Key_Return)
        at_the_door.wait(lambda: provider.attempts and at_the_door.page.button(Action.OPEN_AGAIN).isEnabled())
        assert at_the_door.view.title == "Continue in your browser"

        provider.attempts[0].succeeds(MARIA)
        at_the_door.wait(at_the_door.is_in_the_window)
        assert at_the_door.account.row.accessibleName() == "Signed in as maria.keller@example.com"
        assert QApplication.focusWidget() is at_the_door.place.upload.first.field.focusProxy()

    def test_meanwhile_it_says_that_it_connects(self, at_the_door, provider, storage, monkeypatch):
        go_on = threading.Event()
        connect = storage.connect
        monkeypatch.setattr(storage, "connect", lambda gate: go_on.wait(30) and connect(gate))
        at_the_door.chooses(Action.SIGN_IN)
        at_the_door.wait(lambda: provider.attempts)
        provider.attempts[0].succeeds(MARIA)
        at_the_door.wait(lambda: at_the_door.view and at_the_door.view.title == "You are signed in")
        at_the_door.press_key(Key.Key_Escape)
        assert at_the_door.view.title == "You are signed in"
        go_on.set()
        at_the_door.wait(at_the_door.is_in_the_window)

    def test_who_signed_in_the_last_time_sees_no_page(self, maria):
        assert maria.page.view is None
        assert maria.account.row.text() == "maria.keller@example.com"

    def test_a_sign_in_that_has_ended_is_told(self, visit, provider, storage):
        provider.account, storage.has_ended = MARIA, True
        visitor = visit()
        visitor.wait(lambda: visitor.view)
        assert (visitor.view.title, visitor.view.notice.title) == ("Sign in to Tagdrop", "Your sign-in has ended")
        assert visitor.view.choices[0].text == "Sign in with Google"

    def test_an_account_that_the_role_refuses_can_be_changed(self, visit, provider, storage):
        provider.account = MARIA
        storage.refuses.append(ROLE)
        visitor = visit()
        visitor.wait(lambda: visitor.view)
        assert visitor.view.notice.title == "The storage doesn’t let this account in"

        visitor.chooses(Action.OTHER_ACCOUNT)
        visitor.wait(lambda: provider.attempts)
        assert provider.attempts[0].uses_other_account
        provider.attempts[0].succeeds(PRIYA)
        visitor.wait(visitor.is_in_the_window)
        assert visitor.account.row.text() == "priya.nair@example.com"

    def test_the_details_for_it_say_who_was_refused(self, at_the_door, provider):
        at_the_door.chooses(Action.SIGN_IN)
        at_the_door.wait(lambda: provider.attempts)
        provider.attempts[0].fails(SignInError("personal-account", "A personal account", "", "maria@gmail.com"))
        at_the_door.chooses(Action.COPY_DETAILS)
        copied = QGuiApplication.clipboard().text()
        assert "Error: personal-account: maria@gmail.com: A personal account" in copied
        assert "Asked for: sign in" in copied

    def test_an_outage_after_the_sign_in_is_a_banner_in_the_window(self, at_the_door, provider, storage):
        storage.refuses.append(OUTAGE)
        at_the_door.chooses(Action.SIGN_IN)
        at_the_door.wait(lambda: provider.attempts)
        provider.attempts[0].succeeds(MARIA)
        at_the_door.wait(lambda: at_the_door.banner() == "No connection to the storage. Check the network.")
        assert at_the_door.view is None
        at_the_door.presses_banner()
        at_the_door.wait(at_the_door.is_in_the_window)

    def test_settings_that_cant_be_used_are_told_before_anybody_signs_in(self, visit, storage):
        storage.refuses.append(ConfigurationError("setting-unknown", "Unknown setting", "", "c.toml:4"))
        visitor = visit()
        visitor.wait(lambda: visitor.place.window.is_covered)
        assert visitor.view is None


class TestWithoutAKeyring:
    def test_a_quiet_banner_says_what_to_install_and_can_be_closed(self, at_the_door, provider):
        text = "Your sign-in lasts only until Tagdrop is closed. To stay signed in, install one."
        provider.keeping_problem = SignInError("no-keyring", "This computer has no keyring", text)
        at_the_door.chooses(Action.SIGN_IN)
        at_the_door.wait(lambda: provider.attempts)
        provider.attempts[0].succeeds(MARIA)
        at_the_door.wait(at_the_door.is_in_the_window)
        assert at_the_door.banner() == f"This computer has no keyring. {text}"
        assert at_the_door.place.window._banners.current().kind == "info"
        at_the_door.presses_banner()
        assert at_the_door.banner() == ""


class TestInTheMiddleOfWork:
    @pytest.fixture
    def revoked(self, maria, storage, proxy, files):
        """An upload of three files that wait, because the session has ended and the sign-in too."""
        storage.has_ended = True
        proxy.on(puts_object, while_ended(storage))
        maria.drops_and_waits(write(files, "a.pdf", "b.pdf", "c.pdf"))
        maria.types(maria.place.upload.list.field, "Lot 3")
        maria.presses(maria.place.upload.list.upload)
        maria.wait(maria.banner)
        return maria

    def signs_in_again(self, visitor, provider, storage, account):
        visitor.presses_banner()
        self.comes_back(visitor, provider, storage, account)

    def comes_back(self, visitor, provider, storage, account):
        visitor.chooses(Action.OPEN_AGAIN)
        storage.has_ended = False
        provider.attempts[-1].succeeds(account)

    def test_a_banner_asks_once_and_the_window_stays_usable(self, revoked):
        assert revoked.banner() == "You were signed out. Transfers wait until you sign in again."
        assert revoked.view is None
        revoked.place.window.show_page("find")
        assert [transfer.state for transfer in revoked.place.queue.transfers] == [State.RUNNING]

    def test_after_signing_in_the_queue_ends_whole(self, revoked, provider, storage, boto, buckets, monkeypatch):
        monkeypatch.setattr("app.ui.signin.flow.QDesktopServices.openUrl", lambda url: True)
        revoked.place.window.show_page("find", with_keyboard=True)
        self.signs_in_again(revoked, provider, storage, MARIA)
        revoked.waits_for_transfers()
        (transfer,) = revoked.place.queue.transfers
        assert (transfer.state, transfer.failures) == (State.DONE, 0)
        assert keys_in(boto, buckets.storage) == ["files/a.pdf", "files/b.pdf", "files/c.pdf"]
        assert (revoked.view, revoked.banner()) == (None, "")
        assert revoked.place.window.current_page() == "find"
        assert QApplication.focusWidget() is revoked.place.find.field.focusProxy()
        assert len(provider.attempts) == 1

    @pytest.mark.parametrize("how", ["button", "escape"])
    def test_cancel_goes_back_to_the_window_where_the_question_still_stands(self, revoked, how):
        revoked.presses_banner()
        if how == "button":
            revoked.chooses(Action.CANCEL)
        else:
            revoked.wait(lambda: revoked.view)
            revoked.press_key(Key.Key_Escape)
        assert revoked.view is None
        assert revoked.banner().startswith("You were signed out.")
        assert [transfer.state for transfer in revoked.place.queue.transfers] == [State.RUNNING]

    def test_waiting_work_can_be_cancelled(self, revoked):
        revoked.place.queue.cancel_all()
        revoked.wait(lambda: not revoked.place.queue.open_transfers)

    def test_somebody_else_doesnt_go_on_with_it(self, revoked, provider, storage, boto, buckets):
        self.signs_in_again(revoked, provider, storage, PRIYA)
        revoked.wait(lambda: revoked.view and revoked.view.notice)
        assert revoked.view.notice.title == "Somebody else is signed in now"
        assert keys_in(boto, buckets.storage) == []

        revoked.press_key(Key.Key_Escape)
        assert revoked.banner().startswith("You were signed out.")

    def test_the_first_account_can_be_taken_after_all(self, revoked, provider, storage):
        self.signs_in_again(revoked, provider, storage, PRIYA)
        revoked.chooses(Action.OTHER_ACCOUNT)
        revoked.wait(lambda: len(provider.attempts) == 2)
        assert provider.attempts[1].uses_other_account
        provider.attempts[1].succeeds(MARIA)
        revoked.waits_for_transfers()
        (transfer,) = revoked.place.queue.transfers
        assert (transfer.state, transfer.failures) == (State.DONE, 0)

    def test_somebody_else_may_begin_afresh(self, revoked, provider, storage, boto, buckets):
        self.signs_in_again(revoked, provider, storage, PRIYA)
        revoked.chooses(Action.GO_ON)
        revoked.wait(revoked.is_in_the_window)
        assert revoked.account.row.text() == "priya.nair@example.com"
        assert revoked.place.queue.transfers == ()
        assert revoked.banner() == ""
        assert storage.forgotten == [MARIA.subject]
        assert keys_in(boto, buckets.storage) == []

    def test_what_is_left_of_the_one_before_is_told_to_somebody_else(self, revoked, provider, storage):
        storage.left.append(LEFT)
        self.signs_in_again(revoked, provider, storage, PRIYA)
        revoked.chooses(Action.GO_ON)
        revoked.wait(lambda: revoked.is_in_the_window() and revoked.banner())
        assert "Something of the account before is still kept on this computer" in revoked.banner()


class TestSigningOut:
    def signs_out(self, visitor, everywhere=False):
        visitor.account.row.sign_out_asked.emit(everywhere)

    @pytest.mark.parametrize("everywhere", [False, True])
    def test_nothing_of_the_person_is_left(self, maria, provider, storage, everywhere, files):
        maria.uploads(write(files, "a.pdf"))
        maria.finds("Invoice 2026")
        maria.presses(maria.place.find.download)
        maria.wait(lambda: maria.place.staging.model.rowCount() == 1)
        maria.drops_and_waits(write(files, "b.pdf"))

        self.signs_out(maria, everywhere)
        maria.wait(lambda: provider.signed_out == [everywhere] and maria.view.choices)
        assert maria.view.title == "Sign in to Tagdrop"
        assert maria.place.services is None
        assert storage.forgotten == [MARIA.subject]
        assert maria.names() == []
        assert maria.place.find.field.terms() == ()
        assert maria.place.staging.model.rowCount() == 0
        assert maria.place.upload.model.rowCount() == 0
        assert maria.place.queue.transfers == ()
        assert maria.account.row.isHidden()

    def test_the_page_covers_the_window_at_once(self, maria, provider):
        provider.may_sign_out.clear()
        self.signs_out(maria)
        assert (maria.view.title, maria.view.choices) == ("Signing out", ())
        provider.may_sign_out.set()
        maria.wait(lambda: maria.view.choices)

    def test_the_next_person_is_asked_which_account_and_works_as_themselves(self, maria, provider, files):
        maria.uploads(write(files, "a.pdf"))
        self.signs_out(maria)
        maria.chooses(Action.SIGN_IN)
        maria.wait(lambda: provider.attempts)
        assert provider.attempts[0].uses_other_account
        provider.attempts[0].succeeds(PRIYA)
        maria.wait(maria.is_in_the_window)
        assert maria.place.services.identity.user_id == PRIYA.subject
        assert QApplication.focusWidget() is maria.place.upload.first.field.focusProxy()
        maria.finds("Invoice 2026")
        assert maria.names() == ["a.pdf"]

    def test_an_outage_says_that_it_counts_on_this_computer_only(self, maria, provider):
        provider.sign_out_error = OutageError("provider-unreachable", "The provider can’t be reached", "Try later.")
        self.signs_out(maria, everywhere=True)
        maria.wait(lambda: maria.view.notice)
        assert maria.view.notice.title == "You are signed out on this computer only"
        assert maria.view.notice.text == "The provider can’t be reached. Try later."

    def test_what_cant_be_deleted_of_a_download_is_named(self, maria, provider, storage):
        storage.left.append(LEFT)
        self.signs_out(maria)
        maria.wait(lambda: maria.view.notice)
        assert provider.signed_out == [False]
        assert maria.view.notice.title == "Something of this account is still kept on this computer"
        assert maria.view.notice.text == "/stick/a.zip.part: It couldn’t be deleted. Delete it yourself."

    class TestWithWorkRunning:
        @pytest.fixture
        def busy(self, maria, proxy, files):
            go_on = threading.Event()
            proxy.on(puts_object, hold_until(go_on))
            maria.drops_and_waits(write(files, "a.pdf"))
            maria.types(maria.place.upload.list.field, "Lot 3")
            maria.presses(maria.place.upload.list.upload)
            maria.wait(lambda: proxy.count(puts_object))
            maria.account.row.sign_out_asked.emit(False)
            yield maria
            go_on.set()

        def question(self, visitor):
            (sheet,) = visitor.place.window.findChildren(Sheet)
            assert sheet.accessibleName() == "Sign out?"
            return sheet

        def test_it_asks_first(self, busy, provider):
            sheet = self.question(busy)
            assert sheet._text.text() == (
                "0 of 1 file uploaded so far. What is uploaded stays, the rest is not uploaded."
            )
            assert (sheet.confirm.text(), sheet.cancel.text()) == ("Stop and sign out", "Stay signed in")
            assert sheet.cancel.hasFocus()
            busy.press_key(Key.Key_Escape)
            assert provider.signed_out == []
            assert busy.place.services is not None
            assert [transfer.state for transfer in busy.place.queue.transfers] == [State.RUNNING]

        def test_stop_and_sign_out_cancels_it(self, busy, provider, runner):
            (transfer,) = busy.place.queue.transfers
            ended = []
            transfer.ended.connect(lambda: ended.append(transfer.state))
            busy.presses(self.question(busy).confirm)
            busy.wait(lambda: provider.signed_out == [False] and busy.view.choices)
            assert busy.place.queue.transfers == ()
            busy.wait(lambda: ended == [State.CANCELLED])

    def test_work_that_waited_for_a_sign_in_ends_too(self, maria, provider, storage, proxy, files):
        storage.has_ended = True
        proxy.on(puts_object, while_ended(storage))
        maria.drops_and_waits(write(files, "a.pdf"))
        maria.types(maria.place.upload.list.field, "Lot 3")
        maria.presses(maria.place.upload.list.upload)
        maria.wait(maria.banner)
        (transfer,) = maria.place.queue.transfers
        ended = []
        transfer.ended.connect(lambda: ended.append(transfer.state))
        self.signs_out(maria)
        maria.presses(maria.place.window.findChildren(Sheet)[0].confirm)
        maria.wait(lambda: ended == [State.CANCELLED] and provider.signed_out)
        assert maria.banner() == ""

    def test_what_still_tidies_up_afterwards_asks_nobody(self, maria, provider):
        self.signs_out(maria)
        maria.wait(lambda: maria.view.choices)
        reason = SignInError("signed-out", "Nobody is signed in")
        ended = []

        def tidy_up():
            try:
                maria.account._gate.wait(reason)
            except SignInError as error:
                ended.append(error)

        threading.Thread(target=tidy_up, daemon=True).start()
        maria.wait(lambda: ended == [reason])
        assert maria.banner() == ""


def test_without_a_sign_in_the_row_says_which_aws_identity_it_is(new_place, runner, services, qtbot):
    place = new_place()
    connecting = Connecting(place, lambda: services, runner)
    row = show_account(place, connecting, WindowSettings("Example Ltd"), has_menu=False)
    connecting.start()
    qtbot.waitUntil(row.isVisible)
    assert row.accessibleName() == f"Working with the AWS identity {services.identity.label}"
    assert isinstance(row, AccountRow)
    place.window.resize(760, 560)
    assert row.is_rail
