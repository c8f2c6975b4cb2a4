"""Notebook: notes on the curves: read from the journal, written and withdrawn through the station."""

from __future__ import annotations

from PySide6.QtCore import QObject

from supervisor.clock import SECOND
from supervisor.desk.notes import BOOK, MOST, Note, standing
from supervisor.errors import StoreError
from supervisor.journal import Row
from supervisor.model import Role
from ui.asking import ask
from ui.naming import person
from ui.pages import Context
from ui.trend import words
from ui.trend.card import AskCard
from ui.trend.view import TrendView

AGAIN_S = 10.0
"""How often the notes of others are looked for."""


class Notebook(QObject):
    """See the module. `slow` is called once a second."""

    def __init__(self, context: Context, view: TrendView, card: AskCard) -> None:
        super().__init__(view)
        self._context, self._look, self._view, self._card = context, context.look, view, card
        self._read_at = -AGAIN_S
        self._reading = False
        self.notes: list[Note] = []
        view.pens_changed.connect(self._show)
        view.plot.noted.connect(self.open)

    def slow(self) -> None:
        now = self._context.clock.monotonic()
        if now - self._read_at >= AGAIN_S and not self._reading:
            self._read_at = now
            self._reading = True
            self._task = self._context.spawn(self._read())

    def write(self) -> None:
        """Ask for the words of a new note: at cursor A, else at the pointer, else now."""
        if not self._context.gate.passes():
            return
        scene, look = self._view.plot.shown, self._look
        pointer = scene.cursor if scene.cursor == scene.cursor else min(scene.now, scene.end)
        instant = scene.marks[0] if scene.marks else pointer
        choices = [(look.say(words.ALL_PENS), "")]
        choices += [(f"{pen.number}  {look.say(pen.tag.spec.name)} – {pen.tag.id}", pen.tag.id) for pen in scene.pens]
        stamp = round(instant * SECOND)
        when = f"{look.date(stamp)} {look.clock(stamp)}"
        title = look.say(words.NOTE_TITLE)
        self._card.ask(
            (title, when), "", lambda text, tag: self._ask("annotate", at=stamp, text=text, tag=tag), choices
        )

    def open(self, note: Note) -> None:
        """Show one whole, and let it go where the operator may."""
        look, user = self._look, self._context.user
        author = person(self._context.attachment.site, note.who, look)
        more = f"{look.date(note.at)} {look.clock(note.at)} · {author}\n{note.tag}".strip()
        if self._context.gate.why is not None or (note.who != user.id and user.role < Role.SUPERVISOR):
            self._view.said.emit(f"{note.text}  ({more})".replace("\n", " "))
            return
        title = look.say(words.WITHDRAW).format(note.text)
        self._card.ask((title, more), None, lambda *_: self._ask("withdraw", id=note.id))

    def _ask(self, act: str, **said: object) -> None:
        self._context.spawn(self._acted(act, said))

    async def _acted(self, act: str, said: dict[str, object]) -> None:
        if await ask(self._context, lambda why: self._view.said.emit(self._look.say(why)), act, **said) is not None:
            self._read_at = -AGAIN_S
            self.slow()

    async def _read(self) -> None:
        try:
            self.notes = standing(await self._rows())
        except StoreError as error:
            self._view.said.emit(self._look.say(words.NO_NOTES).format(error))
        finally:
            self._reading = False
        self._show()

    async def _rows(self) -> list[Row]:
        journal = self._context.attachment.journal
        return await self._task.get_loop().run_in_executor(None, lambda: journal.search(category=BOOK, n=MOST))

    def _show(self) -> None:
        """Those of all, and of the pens drawn."""
        drawn = {"", *(tag.id for tag in self._view.tags)}
        self._view.plot.show_notes([note for note in self.notes if note.tag in drawn])
