"""The proof of one command on one page: who, what, on which values, every step with its hash, and how to check it.

Only what Qt's rich text understands, so that one page serves paper and browser. A command has ten steps at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from supervisor.clock import SECOND
from supervisor.desk.demands import spec_of
from supervisor.desk.interlocks import paths
from supervisor.formula import Formula
from supervisor.journal import CommandRow, JournalReader, Row, StepRow
from supervisor.model import CommandSpec, Equipment, Interlock, Site, TagSpec, Text
from supervisor.names import Met, called
from ui.commissioning.paper import document, table
from ui.faceplate import words as plate

TITLE = Text("Preuve de la commande n° {}", "Proof of command no. {}")
MADE = Text("{site} · établie le {when}", "{site} · made {when}")
OUTCOME = Text("Résultat", "Outcome")
ENDED = Text("Résultat : {}", "Outcome: {}")
EQUIPMENT = Text("Équipement", "Equipment")
COMMAND = Text("Commande", "Command")
VALUE = Text("Valeur écrite", "Value written")
RAW = Text("{value} (brut : {raw})", "{value} (raw: {raw})")
ASKED_BY = Text("Demandée par", "Asked by")
APPROVED_BY = Text("Approuvée par", "Approved by")
AT_SEAT = Text("{who}, depuis la session de {seat}", "{who}, at the seat of {seat}")
NOBODY = Text("une personne suffit", "one person suffices")
ASKED_AT = Text("Demandée le", "Asked at")
LOCKS = Text("Verrouillages au moment de la décision", "Interlocks when it was decided")
NO_LOCKS = Text("Cette commande n'a pas de verrouillage.", "This command has no interlock.")
STEPS = Text("Étapes", "Steps")
HEADS = (
    Text("Heure", "Time"), Text("Étape", "Step"), Text("Par", "By"), Text("Relevé", "Reading"),
    Text("Ligne", "Row"), Text("Empreinte SHA-256 de la ligne du journal", "SHA-256 of the row of the journal"),
)  # fmt: skip
CHECK = Text("Vérification", "How to check it")
HOW = Text(
    "Sur le poste, la commande ci-dessous parcourt toute la chaîne du journal, la compare au registre des commandes et "
    "confirme que la dernière ligne de cette preuve y figure toujours. Toute ligne modifiée, supprimée, insérée ou "
    "déplacée est désignée.",
    "At the station, the command below walks the whole chain of the journal, holds the ledger against it and confirms "
    "that the last row of this proof is still there. A row that was altered, removed, inserted or moved is named.",
)
FORM = Text(
    "Empreinte = SHA-256(empreinte précédente + JSON de [id, heure en ns UTC, livre, fait, qui, sujet, secteur, "
    "résultat, détail]).",
    "Hash = SHA-256(hash before it + JSON of [id, time in ns UTC, book, kind, who, subject, area, result, detail]).",
)
LAST = Text(
    "Dernière ligne du journal à l'impression : {row}, empreinte {hash}",
    "Last row of the journal when printed: {row}, hash {hash}",
)
SIGN = Text("Nom, date et signature :", "Name, date and signature:")
FOOT = Text("Commande n° {} · Vigie", "Command no. {} · Vigie")


def foot(site: Site, command: CommandRow, language: str) -> str:
    """What stands at the foot of the paper."""
    return f"{site.name.say(language)} · {FOOT.say(language).format(command.id)}"


def page(site: Site, reader: JournalReader, command: CommandRow, now: int, language: str) -> str:
    """The whole page. Raises StoreError."""
    reader.people.pull()
    paper = _Paper(site, command, language, reader.people)
    steps = reader.steps(command.id)
    rows = {step.journal: reader.row(step.journal) for step in steps}
    last = next(iter(reader.latest(1)), None)
    parts = [
        f"<h1>{escape(paper.say(TITLE).format(command.id))}</h1>",
        f'<p class="sub">{escape(paper.say(MADE).format(site=paper.say(site.name), when=paper.moment(now)))}</p>',
        table(["", ""], paper.facts(steps), ["short", ""]),
        f"<h2>{escape(paper.say(LOCKS))}</h2>",
        paper.locks(steps),
        f"<h2>{escape(paper.say(STEPS))}</h2>",
        paper.steps(steps, rows),
        f"<h2>{escape(paper.say(CHECK))}</h2>",
        *paper.instructions(steps, rows, last),
        f'<p class="sign">{escape(paper.say(SIGN))} …………………………………………………………………………</p>',
    ]
    return document(paper.say(TITLE).format(command.id), "".join(parts), language)


class _Paper:
    """One command in one language."""

    def __init__(self, site: Site, command: CommandRow, language: str, met: Met) -> None:
        self._site, self._command, self._language, self._met = site, command, language, met
        self._zone = ZoneInfo(site.zone)
        self._thing: Equipment | None = site.equipment_by_id.get(command.equipment)
        self._spec: CommandSpec | None = spec_of(site, self._thing, command.command) if self._thing else None

    def say(self, text: Text) -> str:
        return text.say(self._language)

    def moment(self, time: int) -> str:
        """Local time to the millisecond, with its distance from UTC."""
        then = datetime.fromtimestamp(time // SECOND, self._zone)
        return f"{then:%d/%m/%Y %H:%M:%S}.{time % SECOND // 1_000_000:03d} ({then:%z})"

    def facts(self, steps: Sequence[StepRow]) -> list[list[str]]:
        command = self._command
        facts = [
            (OUTCOME, f"<b>{escape(self._outcome())}</b>{escape(self._reason())}"),
            (EQUIPMENT, escape(self._place())),
            (COMMAND, escape(f"{self.say(self._spec.name)} ({command.command})" if self._spec else command.command)),
            (VALUE, escape(self._value())),
            (ASKED_BY, escape(self._person(command.who))),
            (APPROVED_BY, escape(self._approved(steps))),
            (ASKED_AT, escape(self.moment(command.time))),
        ]
        return [[f"<b>{escape(self.say(name))}</b>", told] for name, told in facts]

    def _outcome(self) -> str:
        command = self._command
        if command.outcome == "refused" and command.refused_by in plate.TURNED_DOWN:
            return self.say(plate.TURNED_DOWN[command.refused_by])
        return self.say(plate.OUTCOMES.get(command.outcome, plate.UNDER_WAY))

    def _reason(self) -> str:
        reason = self._command.reason_en if self._language == "en" else self._command.reason_fr
        return f" – {reason}" if reason else ""

    def _place(self) -> str:
        if self._thing is None:
            return self._command.equipment
        parent = self._site.equipment_by_id.get(self._thing.parent)
        name = self.say(self._thing.name)
        whole = f"{self.say(parent.name)} · {name}" if parent else name
        area = self._site.areas.get(self._thing.area)
        return f"{whole} ({self._thing.id}){', ' + self.say(area.name) if area else ''}"

    def _value(self) -> str:
        command = self._command
        if command.value is None or command.raw is None:
            return "–"
        tag = self._site.tag_by_id.get(command.tag)
        return self.say(RAW).format(
            value=self._worded(tag.spec if tag else None, command.value), raw=f"{command.raw:g}"
        )

    def _worded(self, spec: TagSpec | None, value: float | None) -> str:
        """A value as a person says it; a dash for one that was not to be believed."""
        if value is None or value != value:
            return "–"
        state = spec.state(value) if spec else None
        if state is not None:
            return self.say(state.name)
        said = f"{value:.{spec.decimals}f} {spec.unit}".rstrip() if spec else f"{value:g}"
        return said.replace(".", ",") if self._language == "fr" else said

    def _person(self, who: str) -> str:
        """With the id, which is what the rows of the journal have."""
        name = called(self._site, self._met, who)
        return who if name == who else f"{name} ({who})"

    def _approved(self, steps: Sequence[StepRow]) -> str:
        approved = next((step for step in steps if step.step == "approved"), None)
        if approved is None:
            return self.say(NOBODY) if self._spec is None or self._spec.approval < 2 else "–"
        who, seat = str(approved.detail.get("by", "")), str(approved.detail.get("seat", ""))
        if seat in ("", who):
            return self._person(who)
        return self.say(AT_SEAT).format(who=self._person(who), seat=self._person(seat))

    def locks(self, steps: Sequence[StepRow]) -> str:
        """The values of the last time it was decided on, before it left."""
        decided = [step.detail["interlocks"] for step in steps if step.detail.get("interlocks")]
        if not decided or self._spec is None or self._thing is None:
            return f"<p>{escape(self.say(NO_LOCKS))}</p>"
        rows = []
        for lock in (*self._spec.interlocks, *self._spec.permissives):
            rows.append([escape(self.say(lock.name)), escape(_written(lock)), escape(self._read(lock, decided[-1]))])
        return table(["", "", ""], rows, ["", "code", ""])

    def _read(self, lock: Interlock, values: dict[str, float]) -> str:
        told = []
        for path in dict.fromkeys(paths(lock)):
            tag = self._site.tag(self._thing, path) if self._thing else None
            bare = path.removeprefix("parent." * lock.up)
            if path in values or bare in values:
                told.append(f"{path} = {self._worded(tag.spec if tag else None, values.get(path, values.get(bare)))}")
        return ", ".join(told)

    def steps(self, steps: Sequence[StepRow], rows: dict[int, Row | None]) -> str:
        lines = []
        for step in steps:
            row = rows.get(step.journal)
            then = datetime.fromtimestamp(step.time // SECOND, self._zone)
            mark = row.hash if row else "?"
            lines.append(
                [
                    f"{then:%H:%M:%S}.{step.time % SECOND // 1_000_000:03d}",
                    escape(self._said(step)),
                    escape(called(self._site, self._met, row.who) if row else ""),
                    escape(self._reading(step)),
                    str(step.journal),
                    f"{mark[:32]}<br>{mark[32:]}",
                ]
            )
        return table([self.say(head) for head in HEADS], lines, ["short", "", "", "", "figure", "code"])

    def _said(self, step: StepRow) -> str:
        if step.step == "outcome":
            return self.say(ENDED).format(self._outcome())
        if step.step == "confirmed" and self._spec and self._spec.confirmation:
            return self.say(plate.STEPS["confirmed"]).format(name=self.say(self._spec.confirmation.name))
        if step.step == "approved":
            who = called(self._site, self._met, str(step.detail.get("by", "")))
            return self.say(plate.STEPS["approved"]).format(who=who)
        return self.say(plate.STEPS[step.step]) if step.step in plate.STEPS else step.step

    def _reading(self, step: StepRow) -> str:
        """The value that proved a step."""
        value = step.detail.get("value")
        if step.step not in ("read_back", "confirmed") or self._spec is None or self._thing is None:
            return ""
        confirmation = self._spec.confirmation
        path = self._spec.feedback or self._spec.tag
        if step.step == "confirmed" and confirmation:
            path = confirmation.when.tag
        tag = self._site.tag(self._thing, path)
        return self._worded(tag.spec if tag else None, value)

    def instructions(self, steps: Sequence[StepRow], rows: dict[int, Row | None], last: Row | None) -> list[str]:
        end = rows.get(steps[-1].journal) if steps else None
        expect = f" --expect {end.id}:{end.hash}" if end else ""
        parts = [
            f"<p>{escape(self.say(HOW))}</p>",
            f"<p><tt>vigie journal {escape(self._site.folder.name)} verify{expect}</tt></p>",
        ]
        parts.append(f"<p>{escape(self.say(FORM))}</p>")
        if last is not None:
            parts.append(f"<p>{escape(self.say(LAST).format(row=last.id, hash=last.hash))}</p>")
        return parts


def _written(lock: Interlock) -> str:
    """An interlock as the engineer wrote it."""
    if isinstance(lock.when, Formula):
        return lock.when.text
    return f"{lock.when.tag} {lock.when.operator.value} {lock.when.value:g}"
