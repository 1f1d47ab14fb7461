"""What the sign-in pages say."""

import pytest

from app.core.errors import LocalFileError, OutageError, RefusalError, SignInError
from app.ui.signin.view import Action
from app.ui.signin.wording import Wording, partly_signed_out
from tests.fakes import PRIYA

WORDING = Wording("Example Ltd", ("example.com",))

PERSONAL = SignInError("personal-account", "A personal account", "", "maria.keller@gmail.com")
COMPANY = SignInError("other-organisation", "Another organisation", "", "m.keller@contoso.com")
CLOCK = SignInError(
    "clock-off", "The clock of this computer is off", "It is 3 hours ahead. Set it right, then try again."
)
TIMEOUT = SignInError("sign-in-timeout", "Nobody signed in", "The page waited ten minutes.")
DENIED = SignInError("sign-in-denied", "The sign-in was not allowed", "Google says: access_denied.")
OUTAGE = OutageError("provider-unreachable", "The sign-in page can’t be reached", "Check the network.")
ROLE = RefusalError("role-refused", "The storage doesn’t let this account in", "Your IT team decides who may.")


def plain(text):
    """Take the isolates off that keep names to their own direction."""
    return text.replace("\u2068", "").replace("\u2069", "")


def actions(view):
    return [choice.action for choice in view.choices]


def test_the_first_page_names_the_domain():
    view = WORDING.start()
    assert view.title == "Sign in to Tagdrop"
    assert plain(view.text) == (
        "Use your work account that ends in @example.com. Your browser opens for this; come back here afterwards."
    )
    assert [choice.text for choice in (*view.choices, view.below)] == [
        "Sign in with Google",
        "Copy the address instead",
    ]


@pytest.mark.parametrize(
    ("domains", "said"),
    [
        (("a.com", "b.org"), "Choose your @a.com or @b.org account there."),
        (("a.com", "b.org", "c.net"), "Choose your @a.com, @b.org or @c.net account there."),
        ((), "Choose your work account there."),
    ],
)
def test_several_domains_are_all_named(domains, said):
    assert plain(Wording("Example Ltd", domains).waiting(is_open=True).text) == said


def test_without_domains_the_first_page_asks_for_the_work_account():
    assert Wording().start().text.startswith("Use your work account. Your browser opens")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PERSONAL,
            "maria.keller@gmail.com is a personal account. Example Ltd accepts only accounts that end in @example.com.",
        ),
        (
            COMPANY,
            "m.keller@contoso.com belongs to another organisation."
            " Example Ltd accepts only accounts that end in @example.com.",
        ),
    ],
)
def test_a_wrong_account_is_told_by_its_kind_and_another_one_offered(error, said):
    view = WORDING.problem(error, can_leave=False)
    assert (view.notice.kind, view.notice.title) == ("error", "This account can’t be used here")
    assert plain(view.notice.text) == said
    assert [choice.text for choice in view.choices] == ["Use another account", "Copy details for IT"]


def test_an_organisation_without_a_name_is_yours():
    view = Wording("", ("example.com",)).problem(PERSONAL, can_leave=False)
    assert "Your organisation accepts only" in view.notice.text


def test_a_name_that_runs_the_other_way_is_shown_by_its_marks():
    error = SignInError("personal-account", "", "", "a\u202emoc.live@b")
    assert "\u202e" not in WORDING.problem(error, can_leave=False).notice.text


def test_an_account_that_the_role_refuses_can_be_changed():
    view = WORDING.problem(ROLE, can_leave=False)
    assert view.notice.title == "The storage doesn’t let this account in"
    assert actions(view) == [Action.OTHER_ACCOUNT, Action.COPY_DETAILS]


@pytest.mark.parametrize(
    ("error", "icon", "offered"),
    [
        (CLOCK, "clock", [Action.SIGN_IN, Action.COPY_DETAILS]),
        (TIMEOUT, "clock", [Action.SIGN_IN]),
        (DENIED, "alert", [Action.SIGN_IN, Action.COPY_DETAILS]),
        (OUTAGE, "offline", [Action.SIGN_IN, Action.COPY_DETAILS]),
    ],
)
def test_what_may_pass_is_told_in_its_own_words_and_can_be_tried_again(error, icon, offered):
    view = WORDING.problem(error, can_leave=False)
    assert (view.notice.title, view.notice.text, view.notice.icon) == (error.title, error.detail, icon)
    assert actions(view) == offered
    assert view.choices[0].text == "Try again"
    assert view.below.action is Action.COPY_INSTEAD


@pytest.mark.parametrize("error", [PERSONAL, OUTAGE])
def test_in_the_middle_of_work_one_may_go_back(error):
    assert WORDING.problem(error, can_leave=True).choices[-1].text == "Not now"


def test_somebody_else_may_go_on_or_change_the_account():
    view = WORDING.somebody_else("maria.keller@example.com", PRIYA)
    assert view.notice.title == "Somebody else is signed in now"
    assert plain(view.notice.text) == (
        "maria.keller@example.com began the work that waits."
        " You can go on as priya.nair@example.com: that work stops, and the window is cleared."
    )
    assert [plain(choice.text) for choice in view.choices] == [
        "Use another account",
        "Go on as priya.nair@example.com",
        "Not now",
    ]


@pytest.mark.parametrize(
    ("error", "title", "text"),
    [
        (
            OUTAGE,
            "You are signed out on this computer only",
            "The sign-in page can’t be reached. Check the network.",
        ),
        (
            SignInError("keyring-locked", "The keyring is locked", "Unlock it and sign out again."),
            "The sign-in is still kept on this computer",
            "The keyring is locked. Unlock it and sign out again.",
        ),
        (
            LocalFileError("file-locked", "Another program has it open", "Close it there.", "/data/index.sqlite"),
            "Something of this account is still kept on this computer",
            "/data/index.sqlite: Another program has it open. Close it there.",
        ),
    ],
)
def test_what_signing_out_couldnt_do_is_named(error, title, text):
    notice = partly_signed_out([error])
    assert (notice.title, notice.text) == (title, text)


def test_what_else_it_couldnt_do_is_named_too_as_long_as_that_can_be_read():
    parts = [LocalFileError("part-left", "It stays", "", f"{letter}.zip.part") for letter in "ABCDE"]
    assert partly_signed_out([]) is None
    assert partly_signed_out(parts[:2]).text == "A.zip.part: It stays B.zip.part: It stays"
    notice = partly_signed_out([OUTAGE, *parts])
    assert notice.title == "You are signed out on this computer only"
    assert notice.text == f"{OUTAGE} A.zip.part: It stays B.zip.part: It stays And 3 more."


@pytest.mark.parametrize(
    "view",
    [
        WORDING.start(),
        WORDING.waiting(is_open=True),
        WORDING.address("https://x", is_copied=False),
        WORDING.problem(PERSONAL, can_leave=True),
        WORDING.problem(OUTAGE, can_leave=True),
        WORDING.somebody_else("maria.keller@example.com", PRIYA),
    ],
)
def test_no_page_has_two_filled_buttons(view):
    assert [choice.kind for choice in view.choices].count("primary") <= 1
