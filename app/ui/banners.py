"""The place above the page where one banner at a time is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.widgets.banner import Banner
from app.ui.widgets.boxes import column


class BannerSlot(QWidget):
    """Shows the latest banner; those it covers come back when its cause is gone."""

    def __init__(self) -> None:
        super().__init__()
        self._banners: list[Banner] = []
        self._column = column(self, gap=0, margins=(24, 14, 24, 0))
        self.setLayout(self._column)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def show_banner(self, banner: Banner) -> None:
        """Show a banner; an older one of the same cause is taken away."""
        self._remove(banner.cause)
        self._banners.append(banner)
        self._column.add(banner)
        self._show_latest()

    def clear(self, cause: str) -> None:
        """Take away the banner of this cause."""
        self._remove(cause)
        self._show_latest()

    def clear_all(self) -> None:
        """Take away every banner."""
        for banner in tuple(self._banners):
            self._remove(banner.cause)
        self._show_latest()

    def current(self) -> Banner | None:
        """Return the banner that is shown."""
        return self._banners[-1] if self._banners else None

    def _remove(self, cause: str) -> None:
        for banner in [banner for banner in self._banners if banner.cause == cause]:
            self._banners.remove(banner)
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()

    def _show_latest(self) -> None:
        for banner in self._banners[:-1]:
            banner.hide()
        if self._banners:
            self._banners[-1].show()
        self.setVisible(bool(self._banners))
