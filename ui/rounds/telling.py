"""Telling: what the station says of rounds, in the words of the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supervisor.model import CommandSpec, Site, TagSpec, Text
from supervisor.rounds.states import Mark, State
from ui.look import WAITING
from ui.naming import full_name, person
from ui.pages import Context
from ui.rounds import words
from ui.rounds.bars import NOT_DONE
from ui.tables import RIGHT, Cell
from ui.values import worded

_SYMBOLS = {
    Mark.DONE: "check", Mark.REFUSED: "cross", Mark.FAILED: "cross", Mark.UNKNOWN: "warning", Mark.WAITING: "",
    Mark.ASKING: "right", Mark.ASKED: "right", Mark.LEFT_OUT: "minus",
}  # fmt: skip
_FIRST = (*NOT_DONE, Mark.ASKING, Mark.ASKED, Mark.WAITING, Mark.DONE, Mark.LEFT_OUT)
"""What somebody looks for stands on top."""


class Telling:
    """See the module."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def _site(self) -> Site:
        return self._context.attachment.site

    # ------------------------------------------------------------ what it is
    def command(self, wish: Mapping[str, Any]) -> CommandSpec | None:
        """None where the site has it no more."""
        type_ = self._site.types.get(str(wish["type"]))
        return type_.commands.get(str(wish["command"])) if type_ else None

    def feedback(self, wish: Mapping[str, Any]) -> TagSpec | None:
        command, type_ = self.command(wish), self._site.types.get(str(wish["type"]))
        return type_.tags.get(command.feedback or command.tag) if command and type_ else None

    def title(self, wish: Mapping[str, Any]) -> str:
        """The command with its value: "Régler le niveau 50 %"."""
        look, command = self._context.look, self.command(wish)
        name = look.say(command.name) if command else str(wish["command"])
        return name if wish.get("value") is None else f"{name} {self.value(wish, wish['value'])}"

    def where(self, wish: Mapping[str, Any]) -> str:
        """For what equipment, and in which place."""
        type_ = self._site.types.get(str(wish["type"]))
        kind = self._context.look.say(type_.name) if type_ else str(wish["type"])
        return f"{kind} · {self.place(wish)}"

    def place(self, wish: Mapping[str, Any]) -> str:
        """Its areas, or what was selected."""
        look, site = self._context.look, self._site
        names = [look.say(site.areas[id_].name) for id_ in wish["areas"] if id_ in site.areas]
        names += [
            full_name(site, site.equipment_by_id[id_], look) for id_ in wish["equipment"] if id_ in site.equipment_by_id
        ]
        place = ", ".join(names[:2]) if len(names) < 3 else look.counted(words.AND_MORE, len(names) - 1, names[0])
        return place or look.say(words.WHOLE_SITE)

    def value(self, wish: Mapping[str, Any], value: float | None) -> str:
        spec = self.feedback(wish)
        if value is None or spec is None:
            return WAITING if value is None else f"{value:g}"
        return " ".join(worded(spec, float(value), self._context.attachment.texts, self._context.look)).strip()

    def consequence(self, wish: Mapping[str, Any]) -> str:
        command, look = self.command(wish), self._context.look
        said = look.say(command.consequence) if command else ""
        return look.say(words.CONSEQUENCE).format(said) if said else ""

    def person(self, who: str) -> str:
        return person(self._site, who, self._context.look)

    def equipment(self, id_: str) -> str:
        thing = self._site.equipment_by_id.get(id_)
        return full_name(self._site, thing, self._context.look) if thing else id_

    # ------------------------------------------------------------ lines
    def round(self, one: Mapping[str, Any]) -> tuple[Cell, ...]:
        """A line of the list."""
        look, state = self._context.look, State(one["state"])
        counts: Mapping[str, int] = one["counts"]
        asked = sum(count for mark, count in counts.items() if mark != Mark.LEFT_OUT)
        ended = asked - sum(counts.get(mark, 0) for mark in (Mark.WAITING, Mark.ASKING, Mark.ASKED))
        open_ = state in (State.RUNNING, State.HELD, State.STOPPED)
        return (
            Cell(f"R{one['number']}", heavy=open_),
            Cell(f"{self.title(one['wish'])} – {self.place(one['wish'])}", heavy=open_),
            Cell(look.say(words.STATES[state]), symbol="warning" if state is State.STOPPED else "", heavy=open_),
            Cell(f"{ended}/{asked}", side=RIGHT),
        )

    def targets(self, one: Mapping[str, Any]) -> list[tuple[str, tuple[Cell, ...]]]:
        """Equipment and its line, what went wrong first."""
        rows = sorted(one["targets"], key=lambda row: _FIRST.index(Mark(row[2])))
        return [(str(row[0]), self._target(one, row)) for row in rows]

    def _target(self, one: Mapping[str, Any], row: Sequence[Any]) -> tuple[Cell, ...]:
        look, (id_, stage, state, before, expected, command, why, time) = self._context.look, row
        mark, reasons = Mark(state), one["reasons"]
        return (
            Cell(self.equipment(id_)),
            Cell("" if stage < 0 else str(stage + 1), "text2"),
            Cell(self.value(one["wish"], before), "text2"),
            Cell(self.value(one["wish"], expected)),
            Cell(look.say(words.MARKS[mark]), symbol=_SYMBOLS[mark], heavy=mark in NOT_DONE),
            Cell(look.say(Text(*reasons[why])) if why >= 0 else "", heavy=mark in NOT_DONE),
            Cell(look.clock(time) if time and mark is not Mark.LEFT_OUT else "", "text2"),
            Cell(str(command) if command else "", "text2", side=RIGHT),
        )

    def tried(self, wish: Mapping[str, Any], told: Mapping[str, Any]) -> list[tuple[str, tuple[Cell, ...]]]:
        """Equipment and its line of a dry run, refusals first."""
        rows = sorted(told["targets"], key=lambda row: (row[4] < 0, row[3]))
        return [(str(row[0]), self._tried(wish, told, row)) for row in rows]

    def _tried(self, wish: Mapping[str, Any], told: Mapping[str, Any], row: Sequence[Any]) -> tuple[Cell, ...]:
        look, (id_, now, expected, same, why, _) = self._context.look, row
        word = words.REFUSED if why >= 0 else words.SAME if same else words.WILL_CHANGE
        return (
            Cell(self.equipment(id_)),
            Cell(self.value(wish, now), "text2"),
            Cell(self.value(wish, expected)),
            Cell(look.say(word), symbol="cross" if why >= 0 else "check" if same else "right", heavy=why >= 0),
            Cell(look.say(Text(*told["reasons"][why])) if why >= 0 else "", heavy=why >= 0),
        )
