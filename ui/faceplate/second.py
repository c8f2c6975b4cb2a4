"""SecondPerson: who the second person is, typed at the seat of the first.

The password goes to the station and nowhere else.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from ui.faceplate import words
from ui.look import Look
from ui.widgets import Words, column


class SecondPerson(QWidget):
    """An id and a password; both are rubbed out as soon as they were asked with."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.name, self.password = QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        inside = column(self, 0, 3)
        for said, field in ((words.SECOND_ID, self.name), (words.PASSWORD, self.password)):
            inside.addWidget(Words(look, said, "hint", 500, "text2"))
            inside.addWidget(field)
        look.changed.connect(self._dress)
        self._dress()

    @property
    def ready(self) -> bool:
        return bool(self.name.text().strip() and self.password.text())

    def taken(self) -> dict[str, str]:
        """What is asked with; the password is gone from the screen at once."""
        given = {"second": self.name.text().strip(), "password": self.password.text()}
        self.password.clear()
        return given

    def clear(self) -> None:
        self.name.clear()
        self.password.clear()

    def _dress(self) -> None:
        for said, field in ((words.SECOND_ID, self.name), (words.PASSWORD, self.password)):
            field.setFont(self._look.font("body"))
            field.setFixedHeight(round(32 * self._look.scale))
            field.setAccessibleName(self._look.say(said))
