"""Buttons, labels, banners and the other small parts say what they mean, to eyes and to screen readers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, QStringListModel, Qt
from PySide6.QtGui import QAccessible, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QListView, QRadioButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.core.tags import TagRules
from app.ui.theme import apply_theme, theme, u
from app.ui.widgets import banner as banner_module
from app.ui.widgets.banner import Banner
from app.ui.widgets.boxes import row
from app.ui.widgets.buttons import Button, button, set_enabled, tool_button
from app.ui.widgets.choice import CheckBox
from app.ui.widgets.drop_panel import DropPanel
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.labels import ElidedLabel, label
from app.ui.widgets.page_bar import PageBar
from app.ui.widgets.progress import ProgressBar, SearchLine
from app.ui.widgets.progress_button import ProgressButton
from app.ui.widgets.segmented import Segmented
from app.ui.widgets.sheet import Sheet
from app.ui.widgets.tag_field import TagField
from app.ui.widgets.time_left import TimeLeft
from tests.ui.assistive import toggles
from tests.ui.theme.test_tokens import black_palette

Show = Callable[..., QWidget]
Key = Qt.Key
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def tip_of(widget: QWidget) -> str:
    """Rest with the pointer on a widget and read its tooltip."""
    QToolTip.hideText()
    QApplication.processEvents()
    at = widget.rect().center()
    QApplication.sendEvent(widget, QHelpEvent(QHelpEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    return QToolTip.text()


class TestButtons:
    def test_a_disabled_button_says_why(self, qtbot: QtBot) -> None:
        made = button("Upload 38 files", "primary", "upload")
        qtbot.addWidget(made)
        set_enabled(made, False, "Type a tag first.")

        assert not made.isEnabled()
        assert made.toolTip() == "Type a tag first."
        assert made.accessibleDescription() == "Type a tag first."

    def test_an_enabled_one_has_nothing_to_explain(self, qtbot: QtBot) -> None:
        made, small = button("Upload"), tool_button("x", "Clear selection")
        for each in (made, small):
            qtbot.addWidget(each)
            set_enabled(each, False, "No.")
            set_enabled(each, True)

        assert (made.toolTip(), made.accessibleDescription()) == ("", "")
        assert (small.toolTip(), small.accessibleDescription()) == ("", "")

    def test_the_tip_of_an_icon_is_its_name_and_read_out_once(self, shown: Show) -> None:
        made = tool_button("x", "Clear selection")
        shown(made, 40, 40)

        assert tip_of(made) == "Clear selection"
        interface = QAccessible.queryAccessibleInterface(made)
        assert interface.text(QAccessible.Text.Name) == "Clear selection"
        assert interface.text(QAccessible.Text.Description) == ""

    def test_the_tip_of_a_disabled_icon_is_the_reason(self, shown: Show) -> None:
        made = tool_button("x", "Clear selection")
        shown(made, 40, 40)
        set_enabled(made, False, "Nothing is selected.")

        assert tip_of(made) == "Nothing is selected."

    def test_an_ampersand_is_an_ampersand(self, qtbot: QtBot) -> None:
        made = button("Tags of “R&D”")
        qtbot.addWidget(made)

        assert made.text() == "Tags of “R&D”"
        assert made.accessibleName() == "Tags of “R&D”"
        assert made.shortcut().isEmpty()

    def test_a_button_is_wide_enough_for_icon_and_words(self, qtbot: QtBot) -> None:
        made = button("Download all as ZIP", "primary", "download")
        qtbot.addWidget(made)
        words = made.fontMetrics().horizontalAdvance(made.text())

        assert made.sizeHint().width() >= words + made.iconSize().width() + 2 * u(17)

    def test_focus_moves_nothing(self, shown: Show) -> None:
        made = button("Try again")
        holder = QWidget()
        holder.setLayout(row(holder).add(made).fill())
        shown(holder)
        before = made.sizeHint()
        made.setFocus()

        assert made.sizeHint() == before

    def test_an_icon_button_is_large_enough_to_hit(self, qtbot: QtBot) -> None:
        made = tool_button("x", "Clear selection")
        qtbot.addWidget(made)

        assert made.width() >= u(28)
        assert made.height() >= u(28)
        assert made.accessibleName() == "Clear selection"

    def test_a_compact_button_is_its_icon_and_still_says_what_it_does(self, shown: Show) -> None:
        made = button("Show in folder", "ghost", "folder")
        shown(made, 200, 40)
        whole = made.sizeHint().width()
        made.set_compact(True)

        assert u(28) <= made.sizeHint().width() <= u(40)
        assert (made.text(), made.accessibleName(), tip_of(made)) == ("Show in folder",) * 3
        made.set_compact(False)
        assert made.sizeHint().width() == whole

    def test_links_are_underlined_in_high_contrast(self, qapp: QApplication, qtbot: QtBot) -> None:
        made = button("Stop", "link")
        qtbot.addWidget(made)
        assert not made.font().underline()
        apply_theme(qapp, "light", contrast=black_palette())

        assert made.font().underline()


class TestLabels:
    def test_a_label_never_reads_markup(self, qtbot: QtBot) -> None:
        made = label("<b>a</b>.pdf")
        qtbot.addWidget(made)

        assert made.textFormat() == Qt.TextFormat.PlainText

    def test_a_label_has_the_size_and_colour_it_was_given(self, qapp: QApplication, qtbot: QtBot) -> None:
        made = label("x", 1.5, 600, role="warn")
        qtbot.addWidget(made)
        made.show()

        assert made.font().pointSizeF() == 15
        assert made.palette().windowText().color() == theme().warn
        apply_theme(qapp, "dark")
        assert made.palette().windowText().color() == theme().warn
        assert made.font().pointSizeF() == 15

    def test_latin_words_in_a_mirrored_window_stand_at_the_right(self, qtbot: QtBot) -> None:
        made = label("3 of 142 files")
        qtbot.addWidget(made)
        made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)

        assert made.alignment() & Qt.AlignmentFlag.AlignRight
        assert made.alignment() & Qt.AlignmentFlag.AlignAbsolute

    def test_a_shortened_name_is_whole_for_tooltip_and_screen_reader(self, shown: Show) -> None:
        name = "Invoice 2026-1187, Harbour Street 12, corrected.pdf"
        made = ElidedLabel(name, Qt.TextElideMode.ElideMiddle)
        shown(made, 140, 40)

        assert QLabel.text(made) != name
        assert "…" in QLabel.text(made)
        assert made.toolTip() == name
        assert made.accessibleName() == name
        assert made.text() == name

    def test_a_name_that_fits_has_no_tooltip(self, shown: Show) -> None:
        made = ElidedLabel("a.pdf")
        shown(made, 300, 40)

        assert made.toolTip() == ""

    def test_a_shortened_name_is_no_markup_in_its_tooltip(self, shown: Show) -> None:
        made = ElidedLabel("<b>" + "long " * 40)
        shown(made, 100, 40)

        assert made.toolTip().startswith("<qt>&lt;b&gt;")

    def test_several_lines_show_a_text_whole_where_it_doesnt_fit(self, shown: Show) -> None:
        text = "It ends then already, because the ZIP that it leads to is deleted then."
        made = ElidedLabel(text)
        shown(made, 140, 200)
        made.set_several_lines(True)

        assert (made.text(), QLabel.text(made), made.toolTip()) == (text, text, "")
        assert made.heightForWidth(140) > 2 * made.fontMetrics().height()
        made.set_several_lines(False)
        assert "…" in QLabel.text(made)

    def test_a_name_without_spaces_breaks_into_them_too(self, shown: Show) -> None:
        name = "Donaudampfschifffahrtsgesellschaftsrechnung_2026-11-30_korrigiert.pdf"
        made = ElidedLabel(name)
        shown(made, 140, 200)
        made.set_several_lines(True)

        assert made.heightForWidth(140) >= 3 * made.fontMetrics().height()
        assert (made.text(), made.accessibleName()) == (name, name)

    def test_a_direction_override_in_a_name_is_shown_as_a_mark(self, qtbot: QtBot) -> None:
        made = ElidedLabel("invoice\u202efdp.exe")
        qtbot.addWidget(made)

        assert made.text() == "invoice‹U+202E›fdp.exe"

    def test_a_warning_inside_a_list_stays_a_warning(self, shown: Show) -> None:
        view = QListView()
        view.setModel(QStringListModel(["one"], view))
        shown(view, 300, 100)
        made = label("46 min left", role="warn")
        view.setIndexWidget(view.model().index(0, 0), made)

        assert made.palette().color(made.foregroundRole()) == theme().warn


class TestBanner:
    def test_it_is_announced_once(self, shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
        said: list[str] = []
        monkeypatch.setattr(banner_module, "announce", lambda widget, text, is_urgent: said.append(text))
        made = Banner("warn", "offline", "No connection", "You see what was found at 10:42.", "Try now")
        shown(made)
        made.hide()
        made.show()

        assert said == ["No connection. You see what was found at 10:42."]

    def test_a_screen_reader_finds_all_of_it_in_its_name(self, qtbot: QtBot) -> None:
        made = Banner("warn", "offline", "No connection", "You see what was found at 10:42.")
        qtbot.addWidget(made)
        interface = QAccessible.queryAccessibleInterface(made)

        assert interface.text(QAccessible.Text.Name) == "No connection. You see what was found at 10:42."
        assert interface.role() == QAccessible.Role.AlertMessage

    def test_its_button_is_told(self, shown: Show, qtbot: QtBot) -> None:
        made = Banner("warn", "offline", "No connection", "Text.", "Try now")
        shown(made)
        assert made.button is not None

        with qtbot.waitSignal(made.pressed):
            qtbot.mouseClick(made.button, Qt.MouseButton.LeftButton)


class TestSegmented:
    @pytest.fixture
    def choice(self, shown: Show) -> Segmented:
        made = Segmented("Match", ("All", "Any"))
        shown(made)
        return made

    def test_the_first_is_chosen_to_begin_with(self, choice: Segmented) -> None:
        assert choice.current() == 0
        assert choice.accessibleName() == "Match"

    def test_the_arrow_keys_choose(self, choice: Segmented, qtbot: QtBot) -> None:
        first = choice.findChildren(QWidget)[0]
        first.setFocus()

        with qtbot.waitSignal(choice.chosen) as told:
            qtbot.keyClick(first, Key.Key_Right)

        assert told.args == [1]
        assert choice.current() == 1

    def test_to_a_screen_reader_it_is_a_group_of_radio_buttons(self, choice: Segmented) -> None:
        roles = [QAccessible.queryAccessibleInterface(each).role() for each in choice.findChildren(QRadioButton)]

        assert roles == [QAccessible.Role.RadioButton] * 2
        assert QAccessible.queryAccessibleInterface(choice).role() == QAccessible.Role.Grouping

    def test_a_screen_reader_chooses(self, choice: Segmented, qtbot: QtBot) -> None:
        with qtbot.waitSignal(choice.chosen) as told:
            toggles(choice.findChildren(QRadioButton)[1])

        assert told.args == [1]
        assert choice.current() == 1

    def test_setting_it_tells_nothing(self, choice: Segmented, qtbot: QtBot) -> None:
        with qtbot.assertNotEmitted(choice.chosen):
            choice.set_current(1)

    def test_only_the_chosen_one_is_a_stop_for_tab(self, choice: Segmented) -> None:
        choice.set_current(1)
        stops = [w.accessibleName() for w in choice.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]

        assert stops == ["Any"]


class TestPageBar:
    @pytest.fixture
    def bar(self, shown: Show) -> PageBar:
        made = PageBar()
        made.set_scope("3 of 142 files selected", "2.6 MB", can_clear=True)
        made.add_action("Retag", "tag")
        made.add_action("Share link", "copy", is_first=True)
        made.set_primary("Download as ZIP", "download")
        shown(made, 1000, 55)
        return made

    def test_it_says_what_is_meant(self, bar: PageBar) -> None:
        names = [each.accessibleName() for each in bar.findChildren(ElidedLabel)]

        assert names == ["3 of 142 files selected", "2.6 MB"]

    def test_the_cross_takes_the_selection_back(self, bar: PageBar, qtbot: QtBot) -> None:
        cross = next(w for w in bar.findChildren(QWidget) if w.accessibleName() == "Clear selection")

        with qtbot.waitSignal(bar.cleared):
            qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)

    def test_without_a_selection_there_is_no_cross(self, bar: PageBar) -> None:
        bar.set_scope("All 142 files", "486 MB")

        assert not next(w for w in bar.findChildren(QWidget) if w.accessibleName() == "Clear selection").isVisible()

    def test_what_does_not_fit_goes_into_more_actions_and_words_are_not_shortened(
        self, bar: PageBar, qtbot: QtBot
    ) -> None:
        bar.resize(480, 55)

        shown = [w.accessibleName() for w in bar.findChildren(QWidget) if w.isVisible() and w.accessibleName()]
        assert "Share link" not in shown
        assert "More actions" in shown
        assert "Download as ZIP" in shown
        scope = bar.findChildren(ElidedLabel)[0]
        qtbot.waitUntil(lambda: QLabel.text(scope) == "3 of 142 files selected")

    def test_a_note_is_not_shortened_for_a_button_either(self, bar: PageBar, qtbot: QtBot) -> None:
        bar.set_scope("Tags of 3 files changed.")
        bar.set_note("Undo")
        bar.resize(360, 55)

        scope = bar.findChildren(ElidedLabel)[0]
        qtbot.waitUntil(lambda: QLabel.text(scope) == "Tags of 3 files changed.")
        assert [each.text() for each in bar.findChildren(Button) if each.isVisible()] == ["Undo"]
        assert bar.note.x() - scope.geometry().right() <= u(16)

        bar.set_note("")
        assert bar.set_primary("Download as ZIP").isVisible()

    def test_the_last_action_goes_first(self, bar: PageBar) -> None:
        def shown() -> list[str]:
            buttons = [each for each in bar.findChildren(Button) if each.isVisible()]
            return [each.text() for each in sorted(buttons, key=lambda each: each.x())]

        assert shown() == ["Share link", "Retag", "Download as ZIP"]
        while "Retag" in shown():
            bar.resize(bar.width() - 10, 55)
        assert shown() == ["Share link", "Download as ZIP"]

    def test_renaming_the_filled_button_keeps_it_one(self, bar: PageBar) -> None:
        first = bar.set_primary("Download all as ZIP")

        assert bar.set_primary("Download as ZIP") is first


class TestDropPanel:
    def test_at_rest_it_invites(self, shown: Show) -> None:
        made = DropPanel("Example Ltd")
        shown(made, 900, 600)

        assert visible_texts(made)[:2] == [
            "Drop files or folders here",
            "Then type a tag. Everyone at Example Ltd can find them by it.",
        ]
        assert "Same tag again: all of it, as one ZIP." in visible_texts(made)

    @pytest.mark.parametrize(
        ("files", "title"), [(12, "Let go to add 12 files"), (1, "Let go to add 1 file"), (None, "Let go to add these")]
    )
    def test_while_dragging_it_says_what_letting_go_does(self, shown: Show, files: int | None, title: str) -> None:
        made = DropPanel("Example Ltd")
        shown(made, 900, 600)
        made.set_over(True, files)

        assert visible_texts(made) == [title, "You type the tag next. Nothing is uploaded yet."]
        assert not made.files_button.isVisible()

    @pytest.mark.parametrize(
        ("width", "height", "texts", "has_drawing"),
        [(400, 700, 2, True), (900, 300, 2, False), (900, 110, 1, False), (900, 60, 0, False)],
    )
    def test_it_shows_what_there_is_room_for_and_always_its_buttons(
        self, shown: Show, width: int, height: int, texts: int, has_drawing: bool
    ) -> None:
        made = DropPanel("Example Ltd")
        shown(made, width, height)

        assert len(visible_texts(made)) == texts
        assert made._drawing.isVisible() is has_drawing
        for each in (made.files_button, made.folder_button):
            assert made.rect().contains(each.rect().translated(each.mapTo(made, QPoint(0, 0))))

    def test_its_drawing_grows_while_dragging(self, shown: Show) -> None:
        made = DropPanel("Example Ltd")
        shown(made, 900, 600)
        at_rest = made._drawing.pixmap().width()
        made.set_over(True, 1)

        assert made._drawing.pixmap().width() > at_rest

    def test_the_steps_go_after_the_first_upload(self, shown: Show) -> None:
        made = DropPanel("Example Ltd")
        shown(made, 900, 600)
        made.set_steps_shown(False)

        assert len(visible_texts(made)) == 2

    def test_its_buttons_are_told(self, shown: Show, qtbot: QtBot) -> None:
        made = DropPanel()
        shown(made, 900, 600)

        with qtbot.waitSignals([made.choose_files, made.choose_folder]):
            qtbot.mouseClick(made.files_button, Qt.MouseButton.LeftButton)
            qtbot.mouseClick(made.folder_button, Qt.MouseButton.LeftButton)


class TestProgress:
    def test_a_bar_keeps_inside_its_bounds(self, qtbot: QtBot) -> None:
        made = ProgressBar("Overall progress")
        qtbot.addWidget(made)
        made.set_fraction(1.7)

        assert made.value() == made.maximum()
        assert made.accessibleName() == "Overall progress"

    def test_without_motion_an_unknown_length_is_a_still_half(
        self, shown: Show, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.ui.widgets.progress.has_motion", lambda widget: False)
        made = SearchLine()
        shown(made, 400, 2)
        made.set_fraction(None)
        first = made.grab().toImage()

        assert first.pixelColor(150, 1) == theme().accent
        assert first.pixelColor(250, 1) == theme().track

    def test_an_unknown_length_moves_until_it_is_known(self, shown: Show, qtbot: QtBot) -> None:
        made = SearchLine()
        shown(made, 400, 2)
        made.set_fraction(None)
        sweep = made._sweep
        qtbot.waitUntil(lambda: sweep.currentTime() > 0)

        made.set_fraction(0.25)
        picture = made.grab().toImage()
        assert sweep.currentTime() == 0 or sweep.state() == sweep.State.Stopped
        assert picture.pixelColor(50, 1) == theme().accent
        assert picture.pixelColor(150, 1) == theme().track

    def test_hiding_the_line_moves_nothing_below(self, qtbot: QtBot) -> None:
        made = SearchLine()
        qtbot.addWidget(made)

        assert made.sizePolicy().retainSizeWhenHidden()

    def test_the_button_of_the_transfers_says_everything(self, qtbot: QtBot) -> None:
        made = ProgressButton()
        qtbot.addWidget(made)
        made.set_state("Uploading 14 of 38", "Uploading 14 of 38 files, about 2 minutes left. Show transfers", 0.37)

        assert made.accessibleName() == "Uploading 14 of 38 files, about 2 minutes left. Show transfers"
        assert made.height() == u(56)
        made.set_rail(True)
        assert made.height() == u(40)


class TestTimeLeft:
    def made(self, qtbot: QtBot, left: timedelta) -> TimeLeft:
        widget = TimeLeft(timedelta(hours=24), NOW + left, NOW)
        qtbot.addWidget(widget)
        return widget

    def test_the_line_empties(self, qtbot: QtBot) -> None:
        made = self.made(qtbot, timedelta(hours=6))

        assert made.findChild(ProgressBar).value() == 250
        assert made.accessibleName() == "6 h 0 min left"

    def test_below_an_hour_colour_icon_and_weight_warn(self, qtbot: QtBot) -> None:
        made = self.made(qtbot, timedelta(minutes=61))
        words = made.findChild(QLabel)
        assert not words.font().bold()

        made.update_at(NOW + timedelta(minutes=15))

        assert words.text() == "46 min left"
        assert words.font().weight() == 600
        assert words.palette().windowText().color() == theme().warn
        assert made._mark.isVisibleTo(made)

    def test_after_the_end_it_stays_at_nothing(self, qtbot: QtBot) -> None:
        made = self.made(qtbot, timedelta(seconds=-5))

        assert made.findChild(ProgressBar).value() == 0


class TestOthers:
    def test_an_empty_state_says_what_and_why(self, qtbot: QtBot) -> None:
        made = EmptyState("noaccess", "You don’t have access to these files", "Your IT team decides.", [button("Try")])
        qtbot.addWidget(made)

        assert made.accessibleName() == "You don’t have access to these files. Your IT team decides."

    def test_a_check_box_takes_a_press_on_its_words(self, shown: Show, qtbot: QtBot) -> None:
        made = CheckBox("Do the same for the other 3 names")
        shown(made, 400, 30)
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=made.rect().center())

        assert made.isChecked()
        assert made.accessibleName() == "Do the same for the other 3 names"

    def test_margins_mirror_with_the_reading_direction(self, shown: Show) -> None:
        holder = QWidget()
        holder.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        layout = row(holder, margins=(24, 0, 8, 0))

        assert (layout.contentsMargins().left(), layout.contentsMargins().right()) == (8, 24)


def visible_texts(widget: QWidget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisible() and each.text()]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sheet("Title", "Text", "Go"),
        lambda: EmptyState("find", "Title", "Text"),
        lambda: Banner("warn", "offline", "Title", "Text", "Try now"),
        lambda: TimeLeft(timedelta(hours=24), NOW, NOW),
        lambda: TagField("Tag", "", TagRules(), "tag", with_relations=True),
        DropPanel,
        PageBar,
        ProgressButton,
        SearchLine,
    ],
)
def test_making_a_widget_opens_no_window(make: Callable[[], QWidget], qtbot: QtBot) -> None:
    made = make()
    qtbot.addWidget(made)

    assert [each for each in QApplication.topLevelWidgets() if each.isVisible()] == []
