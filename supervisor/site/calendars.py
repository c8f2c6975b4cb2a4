"""calendars.toml: named calendars and day types, with lists of days in CSV or ICS files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from supervisor.model import NO_TEXT, Site, Text
from supervisor.schedule.calendars import ORDINARY, SOON_DAYS, WEEKDAYS, Calendar, DayType, PublicHolidays
from supervisor.site.document import read_text, read_toml
from supervisor.site.findings import Catalogue, Findings, Place
from supervisor.site.problems import Problem
from supervisor.site.reader import Table
from supervisor.site.sheet import read_sheet

CALENDARS = Path("calendars.toml")
LONGEST_DAYS = 400
"""Of a span: more is a mistyped year."""
_YEARLY = re.compile(r"(\d\d)-(\d\d)")
_DAYS = {name: number for number, name in enumerate(WEEKDAYS)}


class Almanac:
    """What calendars.toml says."""

    def __init__(self, findings: Findings) -> None:
        self.calendars: Catalogue[Calendar] = Catalogue("calendar", findings)
        self.types: Catalogue[DayType] = Catalogue("day type", findings)
        self.places: dict[str, Place] = {}
        """Calendar -> where it is described."""
        self.rows: dict[str, Table] = {}
        """Day type -> its lines."""


def read_calendars(folder: Path, findings: Findings) -> Almanac:
    """Empty where there is no calendars.toml."""
    almanac = Almanac(findings)
    almanac.types.add(ORDINARY.id, ORDINARY, lambda: Place(CALENDARS, 0))
    document = read_toml(folder, CALENDARS, findings) if (folder / CALENDARS).exists() else None
    if document is None:
        almanac.types.complete = almanac.calendars.complete = not (folder / CALENDARS).exists()
        return almanac
    table = Table.top(document, findings)
    for row in table.tables("calendar"):
        calendar = _Reading(folder, row, findings).calendar()
        almanac.calendars.add(calendar.id, calendar, row.where("id"))
        almanac.places[calendar.id] = row.place()
    for row in table.tables("day"):
        kind = DayType(row.id(), row.name(), row.words("calendars"), row.words("types"))
        for number, id_ in enumerate(kind.calendars):
            almanac.calendars.find(id_, row.where("calendars", number))
        if not kind.calendars:
            row.wrong(f"{row.title} is in no calendar", 'Add calendars = ["holidays"].')
        almanac.rows[kind.id] = row
        row.close()
        almanac.types.add(kind.id, kind, row.where("id"))
    table.close()
    return almanac


def warnings(site: Site, today: date) -> list[Problem]:
    """The calendars of a checked site whose list of days has ended or soon will: no mistake yet, but one in time."""
    almanac = read_calendars(site.folder, Findings())
    told = []
    for calendar in almanac.calendars.rows.values():
        left = calendar.days_left(today)
        if left is not None and left < SOON_DAYS:
            file, line = almanac.places[calendar.id]
            ends = f"ended on {calendar.ends}" if left < 0 else f"ends on {calendar.ends}, in {left} days"
            remedy = "Add the days of the years to come, or remove the calendar."
            told.append(Problem(file, line, f'The list of days of the calendar "{calendar.id}" {ends}.', remedy))
    return told


def yearly(text: str) -> tuple[int, int] | None:
    """Month and day of "07-14"; None for what is no date of any year."""
    match = _YEARLY.fullmatch(text)
    try:
        return (date(2024, int(match[1]), int(match[2])).month, int(match[2])) if match else None  # 2024: 02-29 is one
    except ValueError:
        return None


class _Reading:
    """One [[calendar]] being read."""

    def __init__(self, folder: Path, row: Table, findings: Findings) -> None:
        self._folder, self._row, self._findings = folder, row, findings
        self._yearly: dict[tuple[int, int], Text] = {}
        self._dates: dict[date, Text] = {}

    def calendar(self) -> Calendar:
        row = self._row
        id_, name = row.id(), row.name()
        weekdays = frozenset(_DAYS[day] for day in self._known(row.words("weekdays")))
        for number, text in enumerate(row.words("dates")):
            self._date(text, row.place("dates", number))
        for span in row.tables("span"):
            self._span(span.word("from"), span.word("to"), span.name(required=False), span.place())
            span.close()
        for number, file in enumerate(row.words("files")):
            self._file(Path(file), row.place("files", number))
        public = self._public(row.word("public_holidays", ""))
        excepted = frozenset(
            day for n, text in enumerate(row.words("except")) if (day := self._day(text, row.place("except", n)))
        )
        row.close()
        if not (weekdays or self._yearly or self._dates or public) and id_:
            row.wrong(f"{row.title} has no day", "Add weekdays, dates, [[calendar.span]], files or public_holidays.")
        return Calendar(id_, name, weekdays, self._yearly, self._dates, public, excepted)

    def _known(self, names: tuple[str, ...]) -> Iterator[str]:
        for number, name in enumerate(names):
            if name in _DAYS:
                yield name
            else:
                place = self._row.place("weekdays", number)
                self._findings.add(place, f'"{name}" is no day of the week', f"Use: {', '.join(WEEKDAYS)}.")

    def _public(self, word: str) -> PublicHolidays | None:
        if not word:
            return None
        country, _, part = word.partition("-")
        try:
            return PublicHolidays(country, part)
        except NotImplementedError:
            self._row.problem("public_holidays", f'No public holidays are known of "{word}"', 'Write "FR", or "BE".')
            return None

    def _date(self, text: str, place: Place) -> None:
        """A date of one year, or of every year."""
        if _YEARLY.fullmatch(text):
            found = yearly(text)
            if found:
                self._yearly[found] = NO_TEXT
            else:
                self._findings.add(place, f'"{text}" is no date', 'Write the month first: "07-14".')
        elif day := self._day(text, place):
            self._dates[day] = NO_TEXT

    def _day(self, text: str, place: Place) -> date | None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._findings.add(place, f'"{text}" is no date', 'Write "2026-07-14", or "07-14" for every year.')
            return None

    def _span(self, first: str, last: str, name: Text, place: Place) -> None:
        """Both ends belong to it."""
        start, end = (self._day(text, place) if text else None for text in (first, last))
        if start is None or end is None:
            return
        if not 0 <= (end - start).days <= LONGEST_DAYS:
            self._findings.add(
                place, f"From {start} to {end} is no span", "The first day comes first; look at the year."
            )
            return
        for number in range((end - start).days + 1):
            self._dates[start + timedelta(days=number)] = name

    def _file(self, file: Path, place: Place) -> None:
        if file.is_absolute() or ".." in file.parts:
            self._findings.add(place, f'"{file}" is not in the site folder', 'Write files = ["calendars/school.csv"].')
        elif not (self._folder / file).exists():
            self._findings.add(place, f'There is no file "{file.as_posix()}"', "It is looked for in the site folder.")
        elif file.suffix == ".ics":
            self._ics(file)
        else:
            self._csv(file)

    def _csv(self, file: Path) -> None:
        sheet = read_sheet(self._folder, file, ("from", "to"), self._findings)
        for line in sheet.rows if sheet else ():
            fr, en = line.get("name_fr") or line.get("name"), line.get("name_en") or line.get("name")
            self._span(line.get("from"), line.get("to"), Text(fr or en, en or fr), line.place)

    def _ics(self, file: Path) -> None:
        """The all-day events of an iCalendar file. Source: RFC 5545; its DTEND is the day after the last."""
        text = read_text(self._folder, file, self._findings) or ""
        event: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), 1):
            key, _, value = line.partition(":")
            word = key.partition(";")[0].upper()
            if (word, value.strip().upper()) == ("BEGIN", "VEVENT"):
                event = {}
            elif (word, value.strip().upper()) == ("END", "VEVENT"):
                self._event(event, Place(file, number))
            elif word == "RRULE":
                self._findings.add(Place(file, number), "Events that repeat are not read", "Write each date.")
            else:
                event[word] = value.strip()

    def _event(self, event: dict[str, str], place: Place) -> None:
        starts = event.get("DTSTART", "")[:8]
        start = self._day(starts, place)
        end = self._day(event.get("DTEND", "")[:8], place) if event.get("DTEND") else None
        if start:
            last = end - timedelta(days=1) if end and end > start else start
            name = event.get("SUMMARY", "").replace("\\,", ",").replace("\\;", ";")
            self._span(start.isoformat(), last.isoformat(), Text(name, name), place)
