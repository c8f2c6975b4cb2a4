"""notify.toml: who is told of alarms that nobody answers, and by which way."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path

from supervisor.model import Priority, Site
from supervisor.on_call import (
    DAYS,
    NOBODY,
    Contact,
    Hours,
    MailServer,
    NoticeRule,
    OnCall,
    Quiet,
    Rota,
    Step,
    Swap,
)  # fmt: skip
from supervisor.site.document import read_toml
from supervisor.site.findings import Catalogue, Findings, suggest
from supervisor.site.reader import Table

FILE = Path("notify.toml")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""Sources: RFC 6409, 3.1 (submission); RFC 8314, 3.3 (implicit TLS)."""
SECURITY = {word: word for word in PORTS}
PRIORITIES = {priority.name.lower(): priority for priority in Priority}
LANGUAGES = {"fr": "fr", "en": "en"}
LENGTHS = {"day": 1, "week": 7}
LEAST_DAYS, MOST_DAYS = 31, 36_525
"""A month, for the end of an alarm is told of what was told in the days before; a hundred years."""
MOST_MIN = 7 * 24 * 60.0
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:h]([0-5]\d)")
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def on_call_of(site: Site) -> OnCall:
    """Of a folder that was checked before."""
    return read_on_call(site, Findings())


def read_on_call(site: Site, findings: Findings) -> OnCall:
    """What notify.toml says; nobody where there is none."""
    document = read_toml(site.folder, FILE, findings) if (site.folder / FILE).exists() else None
    return NOBODY if document is None else _Reading(site, Table.top(document, findings), findings).on_call()


class _Reading:
    def __init__(self, site: Site, table: Table, findings: Findings) -> None:
        self._site, self._table, self._findings = site, table, findings
        self._contacts: Catalogue[Contact] = Catalogue("contact", findings)
        self._rotas: Catalogue[Rota] = Catalogue("rota", findings)
        self._rules: Catalogue[NoticeRule] = Catalogue("rule", findings)

    def on_call(self) -> OnCall:
        table = self._table
        mail, link = self._mail(table.table("mail")), self._link(table.table("mqtt"))
        gap = table.number("gap_s", NOBODY.gap_s, 0, 3600)
        give_up = table.number("give_up_h", NOBODY.give_up_s / 3600, 0.1, 24 * 7)
        keep = table.whole("keep_days", NOBODY.keep_days, 0, MOST_DAYS)
        if 0 < keep < LEAST_DAYS:
            table.problem("keep_days", f"{keep} days are too few", f"Write at least {LEAST_DAYS}, or 0 for ever.")
        for row in table.tables("contact"):
            contact = self._contact(row, mail is not None, bool(link))
            self._contacts.add(contact.id, contact, row.where("id"))
        for row in table.tables("rota"):
            rota = self._rota(row)
            if rota.id in self._contacts.rows:
                row.problem("id", f'"{rota.id}" is also a contact', "Give the rota another id.")
            self._rotas.add(rota.id, rota, row.where("id"))
        for row in table.tables("rule"):
            rule = self._rule(row)
            self._rules.add(rule.id, rule, row.where("id"))
        table.close()
        rules = tuple(self._rules.rows.values())
        return OnCall(self._contacts.rows, self._rotas.rows, rules, mail, link, gap, give_up * 3600, keep)

    def _mail(self, table: Table | None) -> MailServer | None:
        if table is None:
            return None
        security = table.choice("security", SECURITY, "starttls") or "starttls"
        sender, ca = table.word("from"), table.word("ca", "")
        if sender and not _MAIL.fullmatch(sender):
            table.problem("from", f'"{sender}" is no mail address', "Write it as vigie@example.org.")
        if ca and not (self._site.folder / ca).is_file():
            table.problem("ca", f"There is no file {ca}", "Name a file of the site folder, in PEM.")
        port = table.whole("port", PORTS[security], 1, 65_535)
        server = MailServer(table.word("server"), port, security, sender, table.word("user", ""), ca)
        table.close()
        return server

    def _link(self, table: Table | None) -> str:
        if table is None:
            return ""
        mqtt = [link.id for link in self._site.links.values() if link.protocol == "mqtt"]
        link = table.word("link")
        if link and link not in mqtt:
            table.problem("link", f'There is no MQTT link "{link}"', suggest(link, mqtt))
        table.close()
        return link

    def _contact(self, row: Table, mails: bool, pages: bool) -> Contact:
        mail, topic = row.word("mail", ""), row.word("topic", "")
        if mail and not _MAIL.fullmatch(mail):
            row.problem("mail", f'"{mail}" is no mail address', "Write it as anne@example.org.")
        if mail and not mails:
            row.problem("mail", "There is no mail server", "Add [mail] with server and from.")
        if topic and not pages:
            row.problem("topic", "There is no broker for it", "Add [mqtt] with link.")
        if any(sign in topic for sign in "+#"):
            row.problem("topic", f'"{topic}" is a filter', "Nothing can be published to + or #.")
        if not mail and not topic:
            row.wrong("This contact cannot be reached", "Give it mail, topic or both.")
        contact = Contact(
            id=row.id(),
            name=row.word("name"),
            mail=mail,
            topic=topic,
            language=row.choice("language", LANGUAGES, self._site.language) or "fr",
            quiet=self._quiet(row.table("quiet")),
        )
        row.close()
        return contact

    def _quiet(self, table: Table | None) -> Quiet | None:
        if table is None:
            return None
        waiting = self._priorities(table, {Priority.MEDIUM, Priority.LOW})
        quiet = Quiet(self._hours(table), waiting)
        if Priority.CRITICAL in waiting:
            table.problem("priorities", "What is critical does not wait", 'Leave "critical" out.')
        return quiet

    def _hours(self, table: Table) -> Hours:
        """`from`, `to` and `days`; closes the table."""
        start, end = self._clock(table, "from"), self._clock(table, "to")
        days = table.words("days")
        for day in days:
            if day not in DAYS:
                table.problem("days", f'"{day}" is no day', f"Days are {', '.join(DAYS)}.")
        table.close()
        meant = frozenset(DAYS.index(day) for day in days if day in DAYS)
        return Hours(start, end, meant or frozenset(range(7)))

    def _clock(self, table: Table, key: str) -> time:
        word = table.word(key)
        match = _CLOCK.fullmatch(word)
        if word and not match:
            table.problem(key, f'"{word}" is no time of the day', 'Write it as "17:30".')
        return time(int(match[1]), int(match[2])) if match else time(0)

    def _rota(self, row: Table) -> Rota:
        turns = row.words("turns")
        if not turns:
            row.problem("turns", "Nobody takes turns", "List the ids of contacts, in their order.")
        self._known(row, "turns", turns)
        otherwise = row.word("otherwise", "")
        self._known(row, "otherwise", [otherwise] if otherwise else [])
        rota = Rota(
            id=row.id(),
            turns=tuple(turn for turn in turns if turn in self._contacts.rows) or ("",),
            days=row.choice("every", LENGTHS, 7) or 7,
            start=self._instant(row, "from"),
            hours=tuple(self._hours(table) for table in row.tables("hours")),
            swaps=tuple(self._swap(table) for table in row.tables("swap")),
            otherwise=otherwise,
            name=row.name(required=False),
        )
        row.close()
        return rota

    def _swap(self, table: Table) -> Swap:
        start, end, contact = self._instant(table, "from"), self._instant(table, "to"), table.word("contact")
        self._known(table, "contact", [contact] if contact else [])
        if end <= start:
            table.problem("to", "It ends before it begins", "The end comes after the beginning.")
        table.close()
        return Swap(start, end, contact)

    def _instant(self, table: Table, key: str) -> datetime:
        value = table.raw(key)
        if isinstance(value, datetime) and value.tzinfo is None:
            return value
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time(0))
        table.problem(key, f'"{key}" is no local date', f"Write it as {key} = 2026-11-02T08:00:00, without quotes.")
        return datetime(2026, 1, 1)

    def _rule(self, row: Table) -> NoticeRule:
        areas, systems, alarms = row.words("areas"), row.words("systems"), row.words("alarms")
        for key, said, there in (("areas", areas, self._site.areas), ("systems", systems, self._site.systems)):
            for one in said:
                if one not in there:
                    row.problem(key, f'There is no "{one}"', suggest(one, list(there)))
        for pattern in alarms:
            if not any(fnmatch.fnmatchcase(alarm.id, pattern) for alarm in self._site.alarms):
                row.problem(
                    "alarms", f'No alarm is called "{pattern}"', 'Write an id as "PR01.overflow", * for anything.'
                )
        rule = NoticeRule(
            id=row.id(),
            steps=tuple(self._step(table) for table in row.tables("step")),
            priorities=self._priorities(row, {Priority.CRITICAL, Priority.HIGH}),
            areas=frozenset(areas),
            systems=frozenset(systems),
            alarms=alarms,
            tell_end=row.flag("tell_end"),
        )
        if not rule.steps:
            row.wrong("Nobody is told", "Add [[rule.step]] with after_min and to.")
        waits = [step.after_s for step in rule.steps]
        if waits != sorted(waits):
            row.wrong("A later step comes before an earlier one", "Let after_min grow from step to step.")
        row.close()
        return rule

    def _step(self, table: Table) -> Step:
        to = table.words("to")
        if not to:
            table.problem("to", "Nobody is told", "List ids of contacts and rotas.")
        self._known(table, "to", to, self._rotas.rows)
        step = Step(table.number("after_min", 0.0, 0, MOST_MIN) * 60, to)
        table.close()
        return step

    def _priorities(self, table: Table, default: Iterable[Priority]) -> frozenset[Priority]:
        said = table.words("priorities")
        for word in said:
            if word not in PRIORITIES:
                table.problem("priorities", f'"{word}" is no priority', suggest(word, PRIORITIES))
        return frozenset(PRIORITIES[word] for word in said if word in PRIORITIES) or frozenset(default)

    def _known(self, table: Table, key: str, ids: Iterable[str], more: Iterable[str] = ()) -> None:
        there = [*self._contacts.rows, *more]
        for id_ in ids:
            if id_ not in there:
                table.problem(key, f'There is no "{id_}" in this file', suggest(id_, there))
