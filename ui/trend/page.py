"""TrendPage: the trends on a page of their own, with a field to add tags."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout

from supervisor.model import Equipment, Kind, Tag
from ui.pages import Context, Page
from ui.preferences import Preferences
from ui.trend import words
from ui.trend.card import AskCard
from ui.trend.choice import fold, pens_of
from ui.trend.notebook import Notebook
from ui.trend.shelf_menu import ShelfMenu
from ui.trend.view import TrendView
from ui.widgets import Button, Label

MOST_MATCHES = 30


class TrendPage(Page):
    """See the module. `view.pens_changed` and `pens` let a window keep them for its user; `restore` puts them back."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = TrendView(context)
        self.card = AskCard(context.look, self.view.plot)
        self.notebook = Notebook(self.context, self.view, self.card)
        self.view.bar.noting.connect(self.notebook.write)
        self.field = QLineEdit()
        self.field.setMinimumWidth(250)
        self.field.setMaximumWidth(380)
        self.field.setClearButtonEnabled(True)
        self._labels: dict[str, list[tuple[str, str]]] = {}
        self._matches = QStringListModel(self)
        completer = QCompleter(self._matches, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.activated.connect(self._take)
        self.field.setCompleter(completer)
        self.field.textEdited.connect(self._search)
        self.field.returnPressed.connect(self._take_first)
        self._clear = Button(context.look, words.CLEAR, "flat")
        self._clear.clicked.connect(lambda: self.view.show_only([]))
        self._note = Label(context.look, "label", 400, "text2")
        self.view.said.connect(self._note.setText)
        self.view.pens_changed.connect(self._count)
        self.spaces = ShelfMenu(self.context, self.view, self.card)
        for widget in (self.field, self._clear, self.spaces, self._note):
            self.view.bar.places.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)
        context.look.changed.connect(self._speak)
        self._speak()
        self._count()

    @property
    def pens(self) -> list[str]:
        """Ids of the tags drawn, in order."""
        return [tag.id for tag in self.view.tags]

    def restore(self, pens: Iterable[str]) -> None:
        """Draw what was drawn before; tags that the site no longer has are left out."""
        known = self.context.attachment.site.tag_by_id
        self.view.add([known[pen] for pen in pens if pen in known])

    def remember(self, preferences: Preferences) -> None:
        def keep() -> None:
            preferences.pens = self.pens
            preferences.save()

        self.restore(preferences.pens)
        self.view.pens_changed.connect(keep)

    def rows(self) -> NDArray[np.intp]:
        return self.view.rows

    def jump(self) -> None:
        self.view.jump()

    def refresh(self, moved: NDArray[np.intp]) -> None:
        self.view.refresh(moved)

    def refresh_alarms(self) -> None:
        self.view.refresh_alarms()

    def slow(self) -> None:
        self.view.slow()
        self.notebook.slow()

    def show_tags(self, tags: tuple[Tag, ...]) -> None:
        self.view.add(tags)

    def show_equipment(self, equipment: Equipment) -> None:
        self.view.show_only(pens_of(self.context.attachment.site, equipment))

    def _speak(self) -> None:
        self.field.setPlaceholderText(self.context.look.say(words.ADD))

    def _count(self) -> None:
        self._clear.setVisible(bool(self.view.tags))
        self._note.setText("")
        self.view.bar.suit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Insert:
            self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    def _search(self, text: str) -> None:
        """Every word must occur, with or without its accents."""
        wanted = fold(text).split()
        lines = self._lines() if wanted else []
        found = (label for folded, label in lines if all(word in folded for word in wanted))
        self._matches.setStringList(list(islice(found, MOST_MATCHES)))

    def _lines(self) -> list[tuple[str, str]]:
        """Every tag that has a curve, folded and as it is shown; made at the first letter in a language."""
        language = self.context.look.language
        if language not in self._labels:
            tags = (tag for tag in self.context.attachment.site.tags if tag.spec.kind is not Kind.TEXT)
            self._labels = {language: [(fold(label), label) for label in map(self._label, tags)]}
        return self._labels[language]

    def _take_first(self) -> None:
        """Enter takes what is written if it is a tag, else the first match."""
        self._take(self.field.text())
        matches = self._matches.stringList()
        if self.field.text() and matches:
            self._take(matches[0])

    def _take(self, label: str) -> None:
        tag = self.context.attachment.site.tag_by_id.get(label.split(" ")[0])
        if tag:
            self.view.add([tag])
            self.field.clear()

    def _label(self, tag: Tag) -> str:
        say = self.context.look.say
        return f"{tag.id}  {say(tag.equipment.name)} – {say(tag.spec.name)}"
