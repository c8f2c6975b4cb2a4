"""PersonCard: one person of the list, or a new one; what an administrator may change of them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget

from supervisor.model import Area, Role, Text
from ui import words as common
from ui.fields import Choice
from ui.pages import Context
from ui.people import words
from ui.widgets import Button, Card, Check, Line, Short, Words, column, row

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for each other when a password is read out."""
_ROLES = [(role.name.lower(), common.ROLES[role]) for role in Role]


class PersonCard(Card):
    """See the module. `wanted` carries the name of an act and its words."""

    wanted = Signal(str, object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        look = context.look
        self._look = look
        self.person: Mapping[str, Any] | None = None
        """Who is shown, as the station tells of them; None for nobody, or somebody new."""
        self.adding = False
        self.title = Short(look, "value", 600)
        self.why = Words(look, words.CHOOSE, "label", 400, "text2")
        self.why.setWordWrap(True)
        self.said = Words(look, Text("", ""), "label", 600)
        self.said.setWordWrap(True)
        self.name, self.id, self.password = QLineEdit(), QLineEdit(), QLineEdit()
        self.role = Choice(look, common.ROLES[Role.OPERATOR], [])
        self._fill_roles()
        self.areas = QScrollArea()
        self.checks: list[tuple[Area, Check]] = []
        self.save = Button(look, words.SAVE, "primary", weight=600)
        self.make = Button(look, words.CREATE, "primary", weight=600)
        self.reset = Button(look, words.RESET)
        self.toggle = Button(look, words.DISABLE)
        self.propose = Button(look, words.PROPOSE)
        self.labels = {
            field: Words(look, name, "hint", 500, "text2")
            for field, name in (
                (self.name, words.NAME),
                (self.id, words.ID),
                (self.role, words.ROLE),
                (self.areas, words.AREAS),
                (self.password, words.PASSWORD),
            )
        }
        self._fill_areas(context)
        self._lay_out(column(self, 14, 4))
        self._connect()
        look.changed.connect(self._dress)
        self._dress()
        self.show_person(None)

    def _lay_out(self, inside: QVBoxLayout) -> None:
        inside.addWidget(self.title)
        inside.addWidget(self.why)
        for field in (self.name, self.id, self.role):
            inside.addWidget(self.labels[field])
            inside.addWidget(field)
        inside.addWidget(self.labels[self.areas])
        inside.addWidget(self.areas, 1)
        inside.addWidget(self.save)
        self.line = Line(self._look)
        inside.addWidget(self.line)
        inside.addWidget(self.labels[self.password])
        line = row(spacing=6)
        line.addWidget(self.password, 1)
        line.addWidget(self.propose)
        inside.addLayout(line)
        self.handing = Words(self._look, words.PASSWORD_WHY, "label", 400, "text2")
        self.handing.setWordWrap(True)
        inside.addWidget(self.handing)
        buttons = row(spacing=8)
        buttons.addWidget(self.toggle, 1)
        buttons.addWidget(self.reset, 1)
        buttons.addWidget(self.make, 1)
        inside.addLayout(buttons)
        inside.addWidget(self.said)
        inside.addStretch(0)

    def _connect(self) -> None:
        self.save.clicked.connect(self._save)
        self.make.clicked.connect(self._save)
        self.reset.clicked.connect(lambda: self._ask("reset_password", password=self.password.text()))
        self.toggle.clicked.connect(self._toggle)
        self.propose.clicked.connect(lambda: self.password.setText(proposal()))
        for field in (self.name, self.id):
            field.returnPressed.connect(self._save)
        self.password.returnPressed.connect(self._hand)

    def _fill_roles(self) -> None:
        self.role._rows = list(_ROLES)
        self.role.clear()
        for id_, name in _ROLES:
            self.role.addItem(self._look.say(name), id_)
        self.role.setMaximumWidth(16_777_215)

    def _fill_areas(self, context: Context) -> None:
        inside = QWidget()
        layout = column(inside, 2, 3)
        for area in context.attachment.site.areas.values():
            check = Check(self._look)
            self.checks.append((area, check))
            layout.addWidget(check)
        layout.addStretch(1)
        self.areas.setWidget(inside)
        self.areas.setWidgetResizable(True)

    # ------------------------------------------------------------ who is shown
    def show_person(self, person: Mapping[str, Any] | None, adding: bool = False) -> None:
        """Somebody of the list, somebody new, or nobody."""
        self.person, self.adding = person, adding
        given = person or {}
        self.name.setText(str(given.get("name", "")))
        self.id.setText(str(given.get("id", "")))
        self.role.choose(str(given.get("role", "operator")))
        self.password.clear()
        self.said.setVisible(False)
        for area, check in self.checks:
            check.setChecked(area.id in given.get("areas", ()))
        self._show()

    def tell(self, text: Text) -> None:
        """What became of the last act."""
        self.said.say(text)
        self.said.setVisible(True)

    def _show(self) -> None:
        somebody = self.adding or self.person is not None
        ours = self.adding or bool(self.person and not self.person["site"])
        here = self.person is not None
        self.title.setText(
            self._look.say(words.NEW) if self.adding else str(self.person["name"]) if self.person else ""
        )
        self.title.setVisible(somebody)
        self.why.say(words.CHOOSE if not somebody else words.ONLY_HERE if ours else words.OF_SITE)
        for field, label in self.labels.items():
            field.setVisible(somebody)
            label.setVisible(somebody)
        for part in (self.handing, self.propose, self.line):
            part.setVisible(somebody)
        for field in (self.name, self.role, self.areas):
            field.setEnabled(ours)
        self.id.setEnabled(self.adding)
        self.save.setVisible(ours and here)
        self.make.setVisible(self.adding)
        self.reset.setVisible(here)
        self.toggle.setVisible(here)
        if self.person:
            self.toggle.say(words.ENABLE if self.person["disabled"] else words.DISABLE)

    # ------------------------------------------------------------ acts
    def _save(self) -> None:
        if self.adding:
            self._ask("add_person", **self._given(), password=self.password.text())
        elif self.person and not self.person["site"]:
            self._ask("alter_person", **self._given())

    def _hand(self) -> None:
        if self.adding:
            self._save()
        else:
            self._ask("reset_password", password=self.password.text())

    def _toggle(self) -> None:
        if self.person:
            self._ask("enable_person" if self.person["disabled"] else "disable_person")

    def _ask(self, act: str, **given: Any) -> None:
        self.wanted.emit(act, {"id": self.id.text().strip(), **given})

    def _given(self) -> dict[str, Any]:
        areas = [area.id for area, check in self.checks if check.isChecked()]
        return {"name": self.name.text().strip(), "role": self.role.chosen(), "areas": areas}

    def _dress(self) -> None:
        look = self._look
        for field, name in ((self.name, words.NAME), (self.id, words.ID), (self.password, words.PASSWORD)):
            field.setFont(look.font("body"))
            field.setFixedHeight(round(34 * look.scale))
            field.setAccessibleName(look.say(name))
        self.areas.setAccessibleName(look.say(words.AREAS))
        for area, check in self.checks:
            check.setFont(look.font("body"))
            check.setText(look.say(area.name))
        for button in (self.save, self.make, self.reset, self.toggle, self.propose):
            button.setFixedHeight(round(34 * look.scale))
        self._show()


def proposal() -> str:
    """A password that nobody guesses and that can be read out: four groups of five, 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
