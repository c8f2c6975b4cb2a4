"""ShelfMenu: the button that opens, saves, renames and deletes workspaces."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from supervisor.model import Text
from ui.pages import Context
from ui.trend import words
from ui.trend.card import AskCard
from ui.trend.comparison import COMPARISONS
from ui.trend.scales import key_of
from ui.trend.view import TrendView
from ui.trend.workspaces import Shelf, Workspace
from ui.widgets import Button


class ShelfMenu(Button):
    """See the module."""

    def __init__(self, context: Context, view: TrendView, card: AskCard) -> None:
        super().__init__(context.look, words.SPACES)
        self.tip(words.SPACES_TIP, "W")
        self._context, self._view, self._card = context, view, card
        self.shelf = Shelf(context.own, context.user.id)
        self.menu_shown = QMenu(self)
        self.current = ""
        """Name of the one that was opened or saved last."""
        self.clicked.connect(self.drop)
        view.bar.shelving.connect(self.drop)

    def drop(self) -> None:
        """Show the menu below the button."""
        menu, say = self.menu_shown, self._look.say
        menu.clear()
        names = self.shelf.names
        for name in names:
            menu.addAction(name, partial(self.open, name)).setCheckable(True)
            menu.actions()[-1].setChecked(name == self.current)
        if not names:
            menu.addAction(say(words.NO_SPACE)).setEnabled(False)
        menu.addSeparator()
        menu.addAction(say(words.SAVE_SPACE), self.ask_save).setEnabled(bool(self._view.pens))
        for title, act in ((words.RENAME_SPACE, self.ask_rename), (words.DELETE_SPACE, self.ask_delete)):
            below = menu.addMenu(say(title))
            below.setEnabled(bool(names))
            for name in names:
                below.addAction(name, partial(act, name))
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
        menu.setActiveAction(menu.actions()[0])

    def open(self, name: str) -> None:
        """Show one; tags that the site no longer has are left out, and said."""
        workspace = self.shelf.find(name)
        if workspace is None:
            return
        site, view = self._context.attachment.site, self._view
        known = [site.tag_by_id[id_] for id_ in workspace.pens if id_ in site.tag_by_id]
        view.show_only([])
        view.add(known)
        for pen in view.pens:
            pen.apart = pen.tag.id in workspace.apart
        view.plot.scales.folded = set(workspace.folded)
        view.choose(next((pen for pen in view.pens if pen.tag.id == workspace.chosen), next(iter(view.pens), None)))
        view.bar.fitted.setChecked(workspace.fitted)
        view.compare(tuple(one for one in COMPARISONS if one.id in workspace.compared))
        if workspace.start is None:
            view.show_span(workspace.span_s)
        else:
            view.show_past(workspace.start, workspace.start + workspace.span_s)
        self.current = name
        lost = [id_ for id_ in workspace.pens if id_ not in site.tag_by_id]
        if lost:
            view.said.emit(self._look.say(words.LOST_PENS).format(", ".join(lost)))

    def save(self, name: str) -> None:
        """Keep what is shown under a name."""
        view = self._view
        scales = {key_of(pen) for pen in view.pens}
        chosen = view.plot.shown.chosen
        workspace = Workspace(
            name,
            [pen.tag.id for pen in view.pens],
            [pen.tag.id for pen in view.pens if pen.apart],
            sorted(view.plot.scales.folded & scales),
            chosen.tag.id if chosen else "",
            view.span[1] - view.span[0],
            None if view.direct else view.span[0],
            view.bar.fitted.isChecked(),
            [one.id for one in view.plot.shown.ghosts],
        )
        self.current = name
        self._tell(self.shelf.keep(workspace), words.SPACE_SAVED, name)

    def ask_save(self) -> None:
        say = self._look.say
        self._card.ask(
            (say(words.SAVE_SPACE), say(words.SAVE_SPACE_MORE)), self.current, lambda name, _: self.save(name)
        )

    def ask_rename(self, name: str) -> None:
        def rename(to: str, _: str) -> None:
            self.current = to if self.current == name else self.current
            self._tell(self.shelf.rename(name, to), words.SPACE_SAVED, to)

        self._card.ask((self._look.say(words.RENAME_SPACE), name), name, rename)

    def ask_delete(self, name: str) -> None:
        def delete(*_: str) -> None:
            self.current = "" if self.current == name else self.current
            self._tell(self.shelf.delete(name), words.SPACE_DELETED, name)

        self._card.ask((self._look.say(words.DELETE_SURE).format(name), ""), None, delete)

    def _tell(self, kept: bool, done: Text, name: str) -> None:
        self._view.said.emit(self._look.say(done if kept else words.SPACE_UNWRITTEN).format(name))
