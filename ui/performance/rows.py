"""The rows of the page and of what leaves it: each cell's words, in the language of the look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from alarms import verdicts
from alarms.performance import Frequent, Stale
from alarms.verdicts import Line, Unit, Verdict
from supervisor.clock import SECOND
from supervisor.desk.plans import Plan
from supervisor.model import Alarm, Priority, Site, Text
from ui import words as shell
from ui.look import Look
from ui.naming import full_name
from ui.performance import words
from ui.performance.study import Study
from ui.tables import RIGHT, Cell

HEADS = (words.MEASURE, words.VALUE, words.TARGET, words.VERDICT)
LISTS = {"top": words.TOP, "chattering": words.CHATTERING, "fleeting": words.FLEETING, "stale": words.STALE}
_MARKS = {Verdict.GOOD: ("check", "ok"), Verdict.WATCH: ("eye", "text"), Verdict.POOR: ("cross", "bad")}
"""Verdict -> its sign and colour; the word says the same."""


@dataclass(frozen=True)
class Counted:
    """One row of a list: an alarm, and what is to be done about it."""

    id: str
    cells: tuple[Cell, ...]


def measures(study: Study, look: Look) -> list[tuple[Cell, ...]]:
    """The table of the standard."""
    figures = study.figures
    rows = [_measure(line, look) for line in verdicts.judge(figures, study.plans)]
    shares = verdicts.priorities(figures)
    for number, ((share, verdict), target) in enumerate(zip(shares, words.PRIORITY_TARGETS, strict=True), 1):
        name = look.say(words.PRIORITY).format(number, look.say(shell.PRIORITIES[Priority(number)]))
        rows.append(
            (Cell(name), _figure(percent(share, look)), Cell(look.say(target), "text2"), _verdict(verdict, look))
        )
    plain = (
        (words.SHELVED, figures.shelved, words.JOURNALLED),
        (words.SUPPRESSED, figures.suppressed, words.JOURNALLED),
        (words.REMOVED, figures.removed, words.JOURNALLED),
        (words.HIDDEN, figures.hidden, words.NO_TARGET),
    )
    for name_, count, target in plain:
        told = Cell(look.say(target), "text2")
        rows.append((Cell(look.say(name_)), _figure(look.number(count, 0)), told, _verdict(Verdict.NONE, look)))
    return rows


def _measure(line: Line, look: Look) -> tuple[Cell, ...]:
    name = words.MEASURES[line.target.id]
    told = {
        Unit.SHARE: lambda: percent(line.value, look),
        Unit.RATE: lambda: look.number(line.value, 2 if line.value < 10 else 1 if line.value < 100 else 0),
        Unit.NUMBER: lambda: look.number(line.value, 0),
    }[line.target.unit]()
    target = Cell(look.say(words.TARGETS[line.target.id]), "text2")
    return Cell(look.say(name)), _figure(told), target, _verdict(line.verdict, look)


def _figure(text: str) -> Cell:
    return Cell(text, heavy=True, side=RIGHT)


def _verdict(verdict: Verdict, look: Look) -> Cell:
    symbol, token = _MARKS.get(verdict, ("", "text2"))
    return Cell(look.say(words.VERDICTS[verdict]), token, verdict is Verdict.POOR, symbol=symbol)


def percent(share: float, look: Look) -> str:
    """A share in hundredths, with the decimals that tell it from its target."""
    shown = 100 * share
    return look.number(shown, 2 if 0 < shown < 1 else 1 if shown < 10 else 0) + " %"


class Lists:
    """The rows of the four lists."""

    def __init__(self, site: Site, look: Look) -> None:
        self._site, self._look = site, look
        self._alarms = {alarm.id: alarm for alarm in site.alarms}

    def alarm(self, id_: str) -> Alarm | None:
        """The alarm of an id; None where its rule is gone."""
        return self._alarms.get(id_)

    def heads(self, name: str) -> tuple[Text, ...]:
        two = (words.STANDING, words.SINCE) if name == "stale" else (words.OFTEN, words.SHARE)
        return (words.ALARM, words.PLACE, *two, words.PLAN, words.WHO, words.DUE)

    def rows(self, name: str, study: Study, today: date) -> list[Counted]:
        """Of one list; an alarm that was stale twice has two rows."""
        figures = study.figures
        if name == "stale":
            entries = [(one.id, self._stood(one)) for one in figures.stale]
        else:
            entries = [(one.id, self._often(one, name, study)) for one in getattr(figures, name)]
        return [self._row(id_, cells, study.plans.get(id_), today) for id_, cells in entries]

    def _row(self, id_: str, figures: tuple[Cell, Cell], plan: Plan | None, today: date) -> Counted:
        return Counted(id_, (*self.named(id_), *figures, *self._planned(plan, today)))

    def named(self, id_: str) -> tuple[Cell, Cell]:
        """What it is and where; the id of one that is gone."""
        alarm, say = self._alarms.get(id_), self._look.say
        if alarm is None:
            return Cell(id_), Cell(say(words.GONE), "text2")
        return Cell(say(alarm.rule.name)), Cell(full_name(self._site, alarm.equipment, self._look), "text2")

    def _often(self, one: Frequent, name: str, study: Study) -> tuple[Cell, Cell]:
        share = one.share if name == "top" else one.count / max(study.figures.count, 1)
        return _figure(self._look.number(one.count, 0)), Cell(percent(share, self._look), "text2", side=RIGHT)

    def _stood(self, one: Stale) -> tuple[Cell, Cell]:
        look = self._look
        told = look.span(one.seen / SECOND) if one.end else look.say(words.STILL)
        since = look.moment(one.since)
        return _figure(told), Cell(f"{since:%d/%m} {since:%H:%M}", "text2", side=RIGHT)

    def _planned(self, plan: Plan | None, today: date) -> tuple[Cell, Cell, Cell]:
        look = self._look
        if plan is None:
            return Cell(look.say(words.NO_PLAN), "bad", symbol="warning"), Cell(""), Cell("")
        due = Cell(day(plan.due, look))
        if plan.due and date.fromisoformat(plan.due) < today:
            due = Cell(look.say(words.OVERDUE).format(day(plan.due, look)), "bad", True, symbol="warning")
        return Cell(plan.text, symbol="check"), Cell(plan.who), due


def day(text: str, look: Look) -> str:
    """A kept day as the language writes it."""
    if not text or look.language == "en":
        return text
    year, month, number = text.split("-")
    return f"{number}/{month}/{year}"


def kept_day(text: str) -> str:
    """What a person wrote as the kept form; as it was where it is no day, for the station to refuse."""
    parts = text.strip().replace(".", "/").replace("-", "/").split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return text.strip()
    if len(parts[0]) == 4:
        return "-".join((parts[0], parts[1].zfill(2), parts[2].zfill(2)))
    return "-".join((parts[2], parts[1].zfill(2), parts[0].zfill(2)))


def told_period(study: Study, look: Look) -> str:
    """The span in words."""
    figures = study.figures
    return f"{look.date(figures.span.start + 1)} – {look.date(figures.span.end)}"


def told_days(study: Study, look: Look) -> str:
    """How much data there is; where it is too little, that it is."""
    figures = study.figures
    text = words.DAYS_ENOUGH if verdicts.enough(figures) else words.DAYS_FEW
    return look.counted(text, figures.days_known, decimals=0 if figures.days_known >= 10 else 1)
