"""Message: several notices to one contact, in words. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from alarms.notify.notice import END, TEST, Notice
from supervisor.clock import SECOND
from supervisor.model import Alarm, Priority, Site, Text
from supervisor.on_call import Contact

MOST_TOLD = 50
"""Alarms that are told in full in one message; the others are counted, and are on the screen."""
PRIORITIES = {
    Priority.CRITICAL: Text("CRITIQUE", "CRITICAL"),
    Priority.HIGH: Text("HAUTE", "HIGH"),
    Priority.MEDIUM: Text("MOYENNE", "MEDIUM"),
    Priority.LOW: Text("BASSE", "LOW"),
}
TEST_TITLE = Text("Essai de notification", "Notification test")
TEST_BODY = Text(
    "Ceci est un essai demandé depuis le poste Vigie. Il n'y a rien à faire.",
    "This is a test, asked for at the Vigie station. There is nothing to do.",
)
OVER = Text("TERMINÉE", "OVER")
AND_MORE, AND_ONE = Text("et {} autres", "and {} more"), Text("et {} autre", "and {} more")
SINCE = Text("Depuis le {}", "Since {}")
RESPONSE = Text("Réagir sous {} min", "Respond within {} min")
CAUSE, CONSEQUENCE = Text("Cause", "Cause"), Text("Conséquence", "Consequence")
ACTION, STEP = Text("À faire", "Action"), Text("Rang d'escalade", "Escalation step")
OVER_BODY = Text("Elle a pris fin, ou quelqu'un s'en charge.", "It has ended, or somebody is on it.")


@dataclass(frozen=True, slots=True)
class Message:
    """What is handed over."""

    to: Contact
    title: str
    body: str
    id: str
    """The same for the same notices, so that a server that got it twice can tell. RFC 5322, 3.6.4."""
    payloads: tuple[bytes, ...]
    """For MQTT: one JSON object for each notice."""


def ranked(site: Site, notices: Sequence[Notice]) -> list[Notice]:
    """In the order in which a message tells them: the gravest alarm first."""
    alarms = {alarm.id: alarm for alarm in site.alarms}
    return sorted(notices, key=lambda one: (one.key.step == END, _priority(alarms.get(one.key.alarm)), one.id))


def compose(site: Site, contact: Contact, notices: Sequence[Notice]) -> Message:
    """The gravest alarm first; `notices` is not empty."""
    alarms = {alarm.id: alarm for alarm in site.alarms}
    ordered = ranked(site, notices)
    keys = "".join(f"{one.key}" for one in ordered)
    mark = hashlib.sha256(keys.encode()).hexdigest()[:32]
    title = _title(site, contact, ordered, alarms)
    told = [_told(site, contact, one, alarms.get(one.key.alarm)) for one in ordered[:MOST_TOLD]]
    if len(ordered) > MOST_TOLD:
        told.append(_more(len(ordered) - MOST_TOLD, contact.language))
    body = "\n\n".join(told)
    payloads = tuple(_payload(site, contact, one, alarms.get(one.key.alarm)) for one in ordered)
    return Message(contact, title, body, f"<{mark}@{site.id}.vigie>", payloads)


def _priority(alarm: Alarm | None) -> int:
    return int(alarm.rule.priority) if alarm else 0


def _title(site: Site, contact: Contact, notices: Sequence[Notice], alarms: dict[str, Alarm]) -> str:
    first, language = notices[0], contact.language
    more = f" {_more(len(notices) - 1, language)}" if len(notices) > 1 else ""
    return f"[{site.name.say(language)}] {_headline(contact, first, alarms.get(first.key.alarm))}{more}"


def _more(count: int, language: str) -> str:
    return (AND_ONE if count == 1 else AND_MORE).say(language).format(count)


def _headline(contact: Contact, notice: Notice, alarm: Alarm | None) -> str:
    language = contact.language
    if alarm is None:
        return TEST_TITLE.say(language) if notice.key.rule == TEST else notice.key.alarm
    mark = OVER if notice.key.step == END else PRIORITIES[alarm.rule.priority]
    return f"{mark.say(language)} – {alarm.equipment.name.say(language)} : {alarm.rule.name.say(language)}"


def _told(site: Site, contact: Contact, notice: Notice, alarm: Alarm | None) -> str:
    language = contact.language
    lines = [_headline(contact, notice, alarm)]
    if alarm is None:
        return "\n".join([*lines, TEST_BODY.say(language)])
    area = site.areas.get(alarm.equipment.area)
    zone = ZoneInfo(site.zone)
    when = datetime.fromtimestamp(notice.key.raised_at / SECOND, zone)
    lines.append(f"{alarm.id}{f' – {area.name.say(language)}' if area else ''}")
    lines.append(SINCE.say(language).format(f"{when:%d/%m/%Y %H:%M:%S}"))
    if notice.key.step == END:
        return "\n".join([*lines, OVER_BODY.say(language)])
    rule = alarm.rule
    if rule.response_s:
        lines.append(RESPONSE.say(language).format(round(rule.response_s / 60)))
    for name, text in ((CAUSE, rule.cause), (CONSEQUENCE, rule.consequence), (ACTION, rule.action)):
        if text.say(language):
            lines.append(f"{name.say(language)} : {text.say(language)}")
    lines.append(f"{STEP.say(language)} : {notice.key.step + 1}")
    return "\n".join(lines)


def _payload(site: Site, contact: Contact, notice: Notice, alarm: Alarm | None) -> bytes:
    key = notice.key
    told = {
        "site": site.id,
        "id": notice.id,
        "alarm": key.alarm,
        "raised_at": datetime.fromtimestamp(key.raised_at / SECOND, ZoneInfo("UTC")).isoformat(timespec="milliseconds"),
        "kind": TEST if key.rule == TEST else "end" if key.step == END else "alarm",
        "step": key.step + 1 if key.step >= 0 else 0,
        "priority": alarm.rule.priority.name.lower() if alarm else "",
        "contact": contact.id,
        "text": _headline(contact, notice, alarm),
    }
    return json.dumps(told, ensure_ascii=False).encode()
