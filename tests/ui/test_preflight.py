import pytest

from app.core.errors import ConfigurationError
from app.ui.preflight import check_display


def load_all(name):
    return object()


def load_all_but(*missing):
    def load(name):
        if name in missing:
            raise OSError(f"{name}: cannot open shared object file")
        return object()

    return load


def test_missing_libraries_are_named_by_the_packages_to_install():
    with pytest.raises(ConfigurationError) as raised:
        check_display({"DISPLAY": ":0"}, "linux", load_all_but("libEGL.so.1", "libxcb-cursor.so.0"))
    assert raised.value.code == "libraries-missing"
    assert "sudo apt install libegl1 libxcb-cursor0." in raised.value.detail


def test_libraries_of_x_are_not_asked_for_without_x():
    check_display({"QT_QPA_PLATFORM": "offscreen"}, "linux", load_all_but("libxcb-cursor.so.0"))
    check_display({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", load_all_but("libxcb-cursor.so.0"))


def test_a_missing_display_is_said():
    with pytest.raises(ConfigurationError) as raised:
        check_display({}, "linux", load_all)
    assert raised.value.code == "no-display"


def test_a_display_that_does_not_answer_is_said():
    with pytest.raises(ConfigurationError) as raised:
        check_display({"DISPLAY": ":65000"}, "linux")
    assert raised.value.code == "no-display"


def test_other_systems_bring_what_is_needed():
    check_display({}, "win32", load_all_but("libEGL.so.1"))
