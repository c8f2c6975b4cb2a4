"""Known: the programmes of the site as a window knows them: it works them out by itself, as the station does. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from supervisor.model import NO_TEXT, EquipmentType, Kind, Site, Text
from supervisor.schedule.conditions import told
from supervisor.schedule.plan import Bundle, Event, Target, bundles
from supervisor.schedule.preview import Year, preview
from supervisor.schedule.programmes import Schedule
from supervisor.site.programmes import schedule_of
from supervisor.texts import Texts
from ui.look import Look
from ui.schedule import words
from ui.values import worded

SWITCHES = (Kind.BOOLEAN, Kind.ENUM)


@dataclass(frozen=True)
class Group:
    """Equipment that shares its programmes."""

    bundle: Bundle
    type: EquipmentType
    names: dict[str, Text]
    """Programme -> its name."""
    power_kw: float
    """Its part of what the programme says; NaN where it says nothing."""
    condition: Text
    """What must hold before it begins, in words of its first equipment; empty for nothing."""

    def name(self, look: Look) -> str:
        return look.say(self.names[self.bundle.base.programme.id])

    def first(self, look: Look) -> str:
        """Programmes that come before its own; empty for none."""
        return ", ".join(look.say(self.names[plan.programme.id]) for plan in self.bundle.plans[:-1])

    def title(self, look: Look) -> str:
        first = self.first(look)
        return look.say(words.WITH).format(self.name(look), first) if first else self.name(look)

    def asked(self, targets: Sequence[Target], texts: Texts, look: Look) -> str:
        """In words of what the field will show: "allumé · 50 %"; of what is off nothing more."""
        told = []
        for target in targets:
            command = self.type.commands[target.action.command]
            spec = self.type.tags.get(command.feedback or command.tag)
            if spec is not None:
                value = target.action.value if command.expected is None else command.expected
                text = " ".join(worded(spec, value, texts, look)).strip()
                if spec.kind in SWITCHES and not value:
                    return text
                told.append((spec.kind not in SWITCHES, text))
        return " · ".join(text for _, text in sorted(told))

    def said(self, tag: str, value: float, texts: Texts, look: Look) -> str:
        """A value that its programmes write to a tag, in the word of what the field will show."""
        command = next(one for one in self.type.commands.values() if one.tag == tag)
        written, read = self.type.tags[tag], self.type.tags[command.feedback or tag]
        spec = read if read.state(value) or not written.states else written
        return " ".join(worded(spec, value, texts, look)).strip()

    def ends(self, texts: Texts, look: Look) -> tuple[str, str]:
        """The least and the most of what the picture shows, in words: "off" and "100 %", "frost" and "comfort"."""
        used: dict[str, list[float]] = {}
        for plan in self.bundle.plans:
            for point in plan.programme.points:
                for action in (*point.actions, *point.then):
                    used.setdefault(action.tag, []).append(action.value)
        switch = next((tag for tag in used if self.type.tags[tag].kind in SWITCHES), "")
        level = next((tag for tag in used if tag != switch), switch)
        low = min((state.value for state in self.type.tags[switch].states), default=0.0) if switch else min(used[level])
        return self.said(switch or level, low, texts, look), self.said(level, max(used[level]), texts, look)

    def year(self, year: int) -> Year:
        """Some tenths of a second."""
        return preview(self.bundle, self.type, year)


class Known:
    """Read once; changing the site folder makes a new window."""

    def __init__(self, site: Site) -> None:
        """Reads files: for a thread."""
        self.schedule: Schedule = schedule_of(site)
        names = {one.id: one.name for one in self.schedule.programmes}
        self.groups = [self._group(site, bundle, names) for bundle in bundles(self.schedule)]
        self.next: dict[int, Event | None] = {}
        """Group, by its place -> its next change, as far as it was looked for."""
        self.of = {id_: group for group in self.groups for id_ in group.bundle.members}

    def _group(self, site: Site, bundle: Bundle, names: dict[str, Text]) -> Group:
        base = bundle.base.programme
        share = len(bundle.members) / max(len(base.equipment), 1)
        first = site.equipment_by_id[bundle.members[0]]
        condition = told(base.condition, site, first) if base.condition else NO_TEXT
        return Group(bundle, site.types[base.type], names, base.power_kw * share, condition)

    def look_ahead(self, now: int) -> None:
        """Find the next changes that are not known or have passed; out of season it takes its time: for a thread."""
        ahead = self.next  # another one by the end, where the window turned to another instant meanwhile
        for number, group in enumerate(self.groups):
            known = ahead.get(number)
            if number not in ahead or (known is not None and not now < known.instant):
                ahead[number] = group.bundle.following(now)

    def ends(self, today: date) -> list[tuple[Text, date | None, int | None]]:
        """Calendars with their last day and the days left, those that end first."""
        rows = [(one.name, one.ends, one.days_left(today)) for one in self.schedule.calendars.values()]
        return sorted(rows, key=lambda row: (row[2] is None, row[2] or 0))
