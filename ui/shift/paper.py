"""A sheet of the shift book in HTML, for the screen and for paper: only what Qt's rich text understands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from supervisor.clock import SECOND
from supervisor.model import Priority, Site, Text
from supervisor.shift.sheet import Command, Hidden, Lock, Note, Sheet, Standing, Substitute
from ui import words as common
from ui.commissioning.paper import table
from ui.look import Look
from ui.naming import full_name, person
from ui.shift import words

GAP = '<p class="gap">&nbsp;</p>'
"""Qt puts a title right below a table, whatever margin it is given."""
SOON_S = 8 * 3600
"""A shelf that ends so soon ends under who comes."""


class Paper:
    """A sheet in the words of one look."""

    def __init__(self, site: Site, look: Look) -> None:
        self._site, self._look = site, look
        self._alarms = {alarm.id: alarm for alarm in site.alarms}

    def title(self, sheet: Sheet) -> str:
        say = self._look.say
        return f"{say(common.SHIFT_BOOK)} – {say(self._site.name)}"

    def period(self, sheet: Sheet) -> str:
        """Which shift it is, and from when to when."""
        say, number = self._look.say, self._look.say(words.NUMBER).format(sheet.number)
        when = say(words.FROM_TO).format(*map(self._dated, (sheet.start, sheet.end)))
        return f"{number} – {when}"

    def body(self, sheet: Sheet, signed: str = "") -> str:
        """Everything; `signed` is the digest where it is signed."""
        parts = [
            f"<h1>{escape(self.title(sheet))}</h1>",
            f'<p class="sub">{escape(self.period(sheet))}<br>{escape(self._people(sheet))}</p>',
            self._remark(sheet),
            self._short(sheet),
            *(self._section(title, heads, rows) for title, heads, rows in self._tables(sheet) if rows),
            self._empty([title for title, _, rows in self._tables(sheet) if not rows]),
        ]
        if signed:
            parts.append(self._signatures(sheet, signed))
        return "".join(parts)

    def _people(self, sheet: Sheet) -> str:
        names = ", ".join(self._person(id_) for id_ in sheet.people)
        return self._look.say(words.ON_DUTY).format(names or "–")

    def _remark(self, sheet: Sheet) -> str:
        if not sheet.remark:
            return ""
        lines = "<br>".join(escape(line) for line in sheet.remark.splitlines())
        return f"<h2>{escape(self._look.say(words.REMARKS))}</h2><p>{lines}</p>"

    def _short(self, sheet: Sheet) -> str:
        say = self._look.say
        raised = [
            f"{say(common.PRIORITIES[Priority(int(code))]).lower()} {count}"
            for code, count in sheet.raised.items()
            if code.isdigit()
        ]
        total = sum(sheet.raised.values())
        outcomes = [
            self._look.counted(words.OUTCOMES[code], count) if code in words.OUTCOMES else f"{count} {code}"
            for code, count in sheet.outcomes.items()
        ]
        rows = [
            (words.RAISED, f"{total}" + (f" ({', '.join(raised)})" if raised else "")),
            (words.ACKED, str(sheet.acknowledged)),
            (words.FLOODS, str(sheet.floods)),
            (words.COMMANDS, ", ".join(outcomes) or "0"),
            (words.RESTARTS, str(sheet.restarts)),
        ]
        cells = "".join(
            f'<tr><td width="240">{escape(say(name))}</td><td><b>{escape(text)}</b></td></tr>' for name, text in rows
        )
        return (
            f'<h2>{escape(say(words.FIGURES))}</h2><table width="100%" cellspacing="0" cellpadding="3">{cells}</table>'
        )

    def _tables(self, sheet: Sheet) -> Iterable[tuple[Text, Sequence[Text], list[list[str]]]]:
        """Title, heads, rows of cells."""
        yield (
            words.STANDING,
            (words.SINCE_HEAD, words.PRIORITY, words.ALARM, words.STATE, words.TAKEN),
            [self._standing(one) for one in sheet.standing],
        )
        yield (
            words.HIDDEN,
            (words.UNTIL, words.ALARM, words.STATE, words.WHO, words.REASON),
            [self._hidden(one, sheet.end) for one in sheet.hidden],
        )
        yield (
            words.LOCKS,
            (words.SINCE_HEAD, words.EQUIPMENT, words.WHO, words.REASON),
            [self._lock(one) for one in sheet.locks],
        )
        yield (
            words.FAILED,
            (words.AT, words.EQUIPMENT, words.COMMAND, words.OUTCOME, words.WHO, words.REASON),
            [self._command(one) for one in sheet.commands],
        )
        yield (
            words.OVERRIDES,
            (words.UNTIL, words.EQUIPMENT, words.WHO),
            [
                [self._moment(one.until), self._equipment(one.equipment), self._person(one.who)]
                for one in sheet.overrides
            ],
        )
        yield (
            words.SUBSTITUTES,
            (words.SINCE_HEAD, words.EQUIPMENT, words.VALUE, words.WHO, words.REASON),
            [self._substitute(one) for one in sheet.substitutes],
        )
        yield (
            words.FREQUENT,
            (words.ALARM, words.TIMES),
            [[self._alarm(one.alarm), str(one.count)] for one in sheet.frequent],
        )
        yield words.NOTES, (words.AT, words.WHO, words.TEXT), [self._note(one) for one in sheet.notes]

    def _section(self, title: Text, heads: Sequence[Text], rows: list[list[str]]) -> str:
        say = self._look.say
        cells = ([escape(cell) for cell in row] for row in rows)
        return f"<h2>{escape(say(title))}</h2>" + table([say(one) for one in heads], cells) + GAP

    def _empty(self, titles: Sequence[Text]) -> str:
        """What there is none of, in one line: who reads must know that it was looked at."""
        if not titles:
            return ""
        names = ", ".join(self._look.say(title) for title in titles)
        return f'<p class="sub">{escape(self._look.say(words.NOTHING_OF).format(names.lower()))}</p>'

    def _standing(self, one: Standing) -> list[str]:
        say = self._look.say
        state = say(words.STATES[one.state]) if one.state in words.STATES else one.state
        return [
            self._moment(one.raised_at),
            say(common.PRIORITIES[Priority(one.priority)]),
            self._alarm(one.alarm),
            f"{state}, {say(words.MASKED)}" if one.hidden else state,
            self._person(one.taken_by),
        ]

    def _hidden(self, one: Hidden, end: int) -> list[str]:
        say = self._look.say
        until = self._moment(one.until) if one.until else say(words.NO_END)
        if one.until and one.until - end < SOON_S * SECOND:
            until = f"{until} ({say(words.SOON)})"
        return [until, self._alarm(one.alarm), say(words.HOW[one.how]), self._person(one.who), one.reason]

    def _command(self, one: Command) -> list[str]:
        say = self._look.say
        equipment = self._site.equipment_by_id.get(one.equipment)
        spec = equipment.type.commands.get(one.command) if equipment else None
        name = say(spec.name) if spec else one.command
        reason = say(Text(one.reason_fr, one.reason_en))
        outcome = say(words.ENDED[one.outcome]) if one.outcome in words.ENDED else one.outcome
        return [self._moment(one.time), self._equipment(one.equipment), name, outcome, self._person(one.who), reason]

    def _note(self, one: Note) -> list[str]:
        about = f"{self._alarm(one.alarm)} : " if one.alarm else ""
        return [self._moment(one.time), self._person(one.who), f"{about}{one.text}"]

    def _signatures(self, sheet: Sheet, mark: str) -> str:
        say = self._look.say
        comes = self._person(sheet.incoming) if sheet.incoming else say(words.NOBODY_CAME)
        lines = (
            say(words.GOES).format(self._person(sheet.outgoing)),
            say(words.COMES).format(comes),
            say(words.DIGEST).format(mark),
        )
        text = "<br>".join(escape(line) for line in lines)
        return f'<h2>{escape(say(words.SIGNATURES))}</h2><p class="sign">{text}</p>'

    def _lock(self, one: Lock) -> list[str]:
        reason = f"{one.reason} ({self._look.say(words.ASKED)})" if one.release_asked else one.reason
        return [self._moment(one.since), self._equipment(one.equipment), self._person(one.who), reason]

    def _substitute(self, one: Substitute) -> list[str]:
        value = self._look.number(one.value, 2)
        return [self._moment(one.since), self._tag(one.tag), value, self._person(one.who), one.reason]

    def _dated(self, instant: int) -> str:
        """With its year: the sheet is kept for ever."""
        return f"{self._look.date(instant)} {self._look.clock(instant, False)}"

    def _moment(self, instant: int) -> str:
        return f"{self._look.moment(instant):%d/%m} {self._look.clock(instant, False)}"

    def _person(self, id_: str) -> str:
        return person(self._site, id_, self._look)

    def _alarm(self, id_: str) -> str:
        alarm = self._alarms.get(id_)
        if alarm is None:
            return id_
        return f"{full_name(self._site, alarm.equipment, self._look)} – {self._look.say(alarm.rule.name)}"

    def _equipment(self, id_: str) -> str:
        thing = self._site.equipment_by_id.get(id_)
        return full_name(self._site, thing, self._look) if thing else id_

    def _tag(self, id_: str) -> str:
        tag = self._site.tag_by_id.get(id_)
        return f"{self._equipment(tag.equipment.id)} – {self._look.say(tag.spec.name)}" if tag else id_


def dressed(body: str, color: Callable[[str], str], size: Callable[[float], int]) -> str:
    """The same on the screen, in the colours of the theme. `size` scales pixels."""
    style = (
        f"h1 {{ font-size: {size(20)}px; font-weight: 600; color: {color('text')}; }}"
        f"h2 {{ font-size: {size(15)}px; font-weight: 600; color: {color('text')}; margin-top: 14px; }}"
        f"p {{ color: {color('text')}; font-size: {size(13)}px; }}"
        f"p.gap {{ font-size: {size(4)}px; margin: 0; }}"
        f"p.sub {{ color: {color('text2')}; font-size: {size(13)}px; }}"
        f"th, td {{ padding-right: {size(12)}px; }}"
        f"th {{ color: {color('text2')}; font-size: {size(12)}px; font-weight: 600; }}"
        f"td {{ color: {color('text')}; font-size: {size(13)}px; border-bottom: 1px solid {color('border')}; }}"
    )
    return f"<html><head><style>{style}</style></head><body>{body}</body></html>"
