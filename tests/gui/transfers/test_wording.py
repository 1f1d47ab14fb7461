"""What is said of a transfer while it runs."""

from app.core.events import PackedHere, Progressed, Stage
from app.ui import words
from app.ui.transfers.download import Download
from app.ui.transfers.sharing import Sharing
from app.ui.transfers.transfer import State
from app.ui.transfers.wording import say
from tests.fakes import waiting_nowhere

MB = 1000**2


def running(transfer):
    transfer.state = State.RUNNING
    return transfer


def test_a_zip_that_is_read_back_at_the_end_is_being_checked():
    download = running(Download("Lot 3.zip", 3, 100 * MB, waiting_nowhere(), lambda waiting, job: None))
    download._take_progress(Progressed(Stage.PACKING, 3, 3, 100 * MB, 100 * MB))
    assert say(download).title == "Packing, 100 of 100 MB"
    download._take_progress(Progressed(Stage.CHECKING, 3, 3, 20 * MB, 100 * MB))
    assert say(download).title == "Checking, 20 of 100 MB"
    assert download.fraction == 0.2


def test_what_an_interrupted_download_has_left_of_a_zip_is_being_checked():
    """How many files are in it isn't known."""
    download = running(Download("Lot 3.zip", 0, 0, waiting_nowhere(), lambda waiting, job: None))
    download._take_progress(Progressed(Stage.CHECKING, 0, 0, 20 * MB, 100 * MB))
    assert say(download).title == "Checking, 20 of 100 MB"


def test_why_a_shared_zip_passes_through_this_computer_is_told():
    sharing = running(
        Sharing("Lot 3.zip", 3, 100 * MB, False, waiting_nowhere(), lambda waiting, job: None, lambda link: "")
    )
    assert say(sharing).detail == words.name("Lot 3.zip")
    sharing._take_events((PackedHere("The storage can’t put a ZIP together itself."),))
    assert say(sharing).detail == (
        f"{words.name('Lot 3.zip')}. It is packed on this computer: The storage can’t put a ZIP together itself."
    )
