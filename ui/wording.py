"""Wording: the words by which people look for a row of the journal, in both languages of the screen. No Qt."""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.journal_rows import Row
from supervisor.model import Equipment, Site, Text
from supervisor.names import Met, called
from ui import journal_words as words


def happened(row: Row) -> Text | None:
    """What happened, in words: those of its own book where it has some; None where nobody named it."""
    own = words.ALARM_KINDS.get(row.kind) if row.category == "alarm" else None
    return own or words.KINDS.get(row.kind)


class Wording:
    """`supervisor.journal_rows.Wording` of a site: names of equipment, areas, alarms and people, and what happened."""

    def __init__(self, site: Site, met: Met | None = None) -> None:
        """`met`: those whom the site folder does not list."""
        self._site = site
        self.met = met or Met()
        self._alarms = {alarm.id: alarm for alarm in site.alarms}
        self._subjects: dict[str, str] = {}

    def __call__(self, row: Row) -> str:
        subject = self._subjects.get(row.subject)
        if subject is None:
            subject = self._subjects[row.subject] = " ".join(self._about(row.subject))
        who = called(self._site, self.met, row.who) if row.who else ""
        said = [text for text in self._said(row) if text]
        return " ".join((subject, who, *(f"{text.fr} {text.en}" for text in said)))

    def _said(self, row: Row) -> Iterator[Text | None]:
        yield happened(row)
        yield words.BOOK_NAMES.get(row.category)
        yield words.RESULTS.get(row.result)
        command = row.detail.get("command")
        thing = self._thing(row.subject)
        if isinstance(command, str) and thing and command in thing.type.commands:
            yield thing.type.commands[command].name

    def _about(self, subject: str) -> Iterator[str]:
        """The names of an alarm, of its equipment and of all that lies around it."""
        alarm = self._alarms.get(subject)
        if alarm:
            yield f"{alarm.rule.name.fr} {alarm.rule.name.en}"
        thing = self._thing(subject)
        area = self._site.areas.get(thing.area) if thing else None
        while thing:
            yield f"{thing.name.fr} {thing.name.en}"
            thing = self._site.equipment_by_id.get(thing.parent)
        seen: set[str] = set()
        while area and area.id not in seen:
            yield f"{area.name.fr} {area.name.en}"
            seen.add(area.id)
            area = self._site.areas.get(area.parent)

    def _thing(self, subject: str) -> Equipment | None:
        while subject:
            if subject in self._site.equipment_by_id:
                return self._site.equipment_by_id[subject]
            subject = subject.rpartition(".")[0]
        return None
