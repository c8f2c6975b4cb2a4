"""TrendPage: the trends on a page of their own, with a field to add tags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLabel, QLineEdit, QVBoxLayout

from supervisor.model import Equipment, Kind, Tag
from ui.pages import Context, Page
from ui.trend import words
from ui.trend.view import TrendView
from ui.words import TRENDS

MOST_MATCHES = 30


class TrendPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = TrendView(context)
        self._title = QLabel()
        self._field = QLineEdit()
        self._field.setMinimumWidth(340)
        self._matches = QStringListModel(self)
        completer = QCompleter(self._matches, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.activated.connect(self._take)
        self._field.setCompleter(completer)
        self._field.textEdited.connect(self._search)
        self._field.returnPressed.connect(lambda: self._take(self._field.text()))
        self._note = QLabel()
        self.view.said.connect(self._note.setText)
        self.view.bar.insertWidget(0, self._title)
        self.view.bar.insertWidget(1, self._field)
        self.view.bar.insertWidget(2, self._note)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 1)
        column.addWidget(self.view)
        context.look.changed.connect(self._speak)
        self._speak()

    def refresh(self, moved: NDArray[np.intp]) -> None:
        self.view.refresh(moved)

    def slow(self) -> None:
        self.view.slow()

    def show_tags(self, tags: tuple[Tag, ...]) -> None:
        self.view.add(tags)

    def show_equipment(self, equipment: Equipment) -> None:
        self.view.show_only(pens_of(self.context, equipment))

    def _speak(self) -> None:
        look = self.context.look
        self._title.setFont(look.font("title", 600))
        self._title.setText(look.say(TRENDS))
        self._field.setPlaceholderText(look.say(words.ADD))

    def _search(self, text: str) -> None:
        wanted = text.lower().split()
        found = []
        for tag in self.context.attachment.site.tags:
            label = self._label(tag)
            if wanted and tag.spec.kind is not Kind.TEXT and all(word in label.lower() for word in wanted):
                found.append(label)
                if len(found) == MOST_MATCHES:
                    break
        self._matches.setStringList(found)

    def _take(self, label: str) -> None:
        tag = self.context.attachment.site.tag_by_id.get(label.split(" ")[0])
        if tag:
            self.view.add([tag])
            self._field.clear()

    def _label(self, tag: Tag) -> str:
        say = self.context.look.say
        return f"{tag.id}  {say(tag.equipment.name)} – {say(tag.spec.name)}"


def pens_of(context: Context, equipment: Equipment, most: int = 4) -> list[Tag]:
    """The tags worth drawing first of an equipment: its headline, then the first numbers of its parts."""
    site = context.attachment.site
    chosen = [site.tag(equipment, path) for path in equipment.type.headline]
    tags = [tag for tag in chosen if tag and tag.spec.kind in (Kind.NUMBER, Kind.COUNTER)]
    owners = [equipment, *site.parts_by_equipment.get(equipment.id, ())]
    for owner in owners:
        for tag in site.tags_by_equipment.get(owner.id, ()):
            if tag not in tags and tag.spec.kind is Kind.NUMBER:
                tags.append(tag)
    return tags[:most]
