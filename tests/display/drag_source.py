"""A window of another program, whole of which can be dragged: it hands over the files it was started with.

Prints "shown", then "dragging" when a drag begins, then what became of it.
"""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


class Source(QWidget):
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        data = QMimeData()
        data.setUrls([QUrl(word) if "://" in word else QUrl.fromLocalFile(word) for word in sys.argv[1:]])
        drag = QDrag(self)
        drag.setMimeData(data)
        say("dragging")
        action = drag.exec(Qt.DropAction.CopyAction | Qt.DropAction.MoveAction)
        say(action.name)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


app = QApplication([])
source = Source()
source.setWindowTitle("Drag source")
source.setGeometry(1140, 20, 120, 120)
source.show()
say("shown")
app.exec()
