"""The tables of journal.db as peewee models: the file is made from them, and its readers ask with them."""

from __future__ import annotations

from typing import Any

import msgspec
from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    Check,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)
from playhouse.sqlite_ext import AutoIncrementField

from supervisor.database import Migrations, tables
from supervisor.names import FILL

_EMPTY: list[Any] = [SQL("DEFAULT ''")]
_ZERO: list[Any] = [SQL("DEFAULT 0")]


class Json(TextField):
    """peewee's own JSONField does nothing in a model that is bound to no database."""

    def db_value(self, value: Any) -> str:
        return msgspec.json.encode(value).decode()

    def python_value(self, value: str) -> Any:
        return msgspec.json.decode(value)


class JournalTable(Model):
    """The chain."""

    id = AutoField()
    time = BigIntegerField()
    category = TextField()
    kind = TextField()
    who = TextField()
    subject = TextField()
    area = TextField()
    result = TextField()
    detail = Json()
    prev = TextField()
    hash = TextField()

    class Meta:
        table_name = "journal"


class HeadTable(Model):
    """The last row of the chain; one row."""

    one = AutoField(constraints=[Check("one = 1")])
    id = IntegerField()
    hash = TextField()

    class Meta:
        table_name = "head"


class CommandTable(Model):
    """The ledger: a command, until its outcome is known and for ever after."""

    id = AutoIncrementField()
    time = BigIntegerField()
    who = TextField()
    equipment = TextField()
    command = TextField()
    tag = TextField()
    value = DoubleField(null=True)
    raw_value = DoubleField(column_name="raw", null=True)
    outcome = TextField(null=True)
    refused_by = TextField(constraints=_EMPTY)
    reason_fr = TextField(constraints=_EMPTY)
    reason_en = TextField(constraints=_EMPTY)
    closed_at = BigIntegerField(null=True)

    class Meta:
        table_name = "commands"


class StepTable(Model):
    """The ledger: the steps of a command, each a row of the chain too."""

    id = AutoField()
    command = ForeignKeyField(CommandTable, column_name="command", index=False, lazy_load=False)
    step = TextField()
    time = BigIntegerField()
    result = TextField()
    detail = Json()
    journal = ForeignKeyField(JournalTable, column_name="journal", index=False, lazy_load=False)

    class Meta:
        table_name = "steps"


class SubstitutionTable(Model):
    """Values that a person put in the place of a measurement and that stand; the chain has who did it, and when."""

    tag = TextField(primary_key=True)
    value = DoubleField()
    who = TextField()
    reason = TextField()
    time = BigIntegerField()

    class Meta:
        table_name = "substitutions"


class PlanTable(Model):
    """What is to be done about an alarm that comes too often or stands too long; the chain has who wrote it."""

    alarm = TextField(primary_key=True)
    text = TextField()
    who = TextField()
    due = TextField()
    author = TextField()
    time = BigIntegerField()

    class Meta:
        table_name = "plans"


class LockOutTable(Model):
    """Lock-outs that stand; the chain has who hung and took off each, and when."""

    id = AutoIncrementField()
    equipment = TextField()
    who = TextField()
    reason = TextField()
    time = BigIntegerField()
    asked_by = TextField()
    asked_at = BigIntegerField()

    class Meta:
        table_name = "lock_outs"


class LockNameTable(Model):
    """How the equipment of a lock-out is called and where it stands, as of the last start that knew it: it may leave
    the site before the lock-out comes off."""

    lock = IntegerField(primary_key=True)
    fr = TextField()
    en = TextField()
    area = TextField()

    class Meta:
        table_name = "lock_names"


class AlarmTable(Model):
    """How an alarm is, as the rows of the chain left it: both are written in one transaction. Times are ns UTC, 0 for
    never; fields as in `alarms.engine.FIELDS`. Rows come and go ten thousand at once, by plain SQL."""

    id = TextField(primary_key=True)
    state = TextField(constraints=[SQL("DEFAULT 'normal'")])
    suppression = IntegerField(constraints=_ZERO)
    raised_at = BigIntegerField(constraints=_ZERO)
    cleared_at = BigIntegerField(constraints=_ZERO)
    acked_at = BigIntegerField(constraints=_ZERO)
    annunciated_at = BigIntegerField(constraints=_ZERO)
    value = DoubleField(null=True)
    count = IntegerField(constraints=_ZERO)
    first_up = IntegerField(constraints=_ZERO)
    shelved_until = BigIntegerField(constraints=_ZERO)
    taken_by = TextField(constraints=_EMPTY)

    class Meta:
        table_name = "alarms"
        without_rowid = True


class AsideTable(Model):
    """Why an alarm is kept from the operator, and by whom; one row for each way it is hidden."""

    alarm = TextField()
    how = TextField()
    who = TextField()
    reason = TextField()
    since = BigIntegerField()
    until = BigIntegerField()

    class Meta:
        table_name = "asides"
        primary_key = CompositeKey("alarm", "how")
        without_rowid = True


class ShiftTable(Model):
    """Signed pages of the shift book; the row of the chain has the digest of `sheet`. Times are ns UTC; `last` is the
    last row of the chain that the page tells of."""

    number = IntegerField(primary_key=True)
    start = BigIntegerField()
    end = BigIntegerField()
    last = IntegerField()
    outgoing = TextField()
    incoming = TextField()
    sheet = TextField()
    journal = ForeignKeyField(JournalTable, column_name="journal", index=False, lazy_load=False)

    class Meta:
        table_name = "shifts"


class RoundTable(Model):
    """Rounds: a command for many equipment, and how far it has come; the chain has who released what, and when."""

    id = AutoIncrementField()
    time = BigIntegerField()
    who = TextField()
    wish = Json()
    """What was asked for: `supervisor.rounds.plan.Wish`."""
    effect_fr = TextField()
    effect_en = TextField()
    state = TextField()
    reason_fr = TextField(constraints=_EMPTY)
    reason_en = TextField(constraints=_EMPTY)
    """Why it is stopped."""
    released_by = TextField(constraints=_EMPTY)
    changed_at = BigIntegerField()

    class Meta:
        table_name = "rounds"


class RoundTargetTable(Model):
    """What became of each target of a round; `command` is its number in the ledger, 0 where it has none; while
    it is being asked, the newest number there was before."""

    round = ForeignKeyField(RoundTable, column_name="round", index=False, lazy_load=False)
    equipment = TextField()
    stage = IntegerField()
    state = TextField()
    before = DoubleField(null=True)
    expected = DoubleField(null=True)
    command = BigIntegerField(constraints=_ZERO)
    reason_fr = TextField(constraints=_EMPTY)
    reason_en = TextField(constraints=_EMPTY)
    time = BigIntegerField(constraints=_ZERO)
    """When it came to its state, ns UTC."""

    class Meta:
        table_name = "round_targets"
        primary_key = CompositeKey("round", "equipment")
        without_rowid = True


class NameTable(Model):
    """How people are called whom the site folder does not list; see `supervisor.names`."""

    number = AutoField()
    id = TextField(unique=True)
    name = TextField()

    class Meta:
        table_name = "names"


class OverrideTable(Model):
    """What somebody took in hand from its programme, and until when; the chain has each begin and end."""

    equipment = TextField(primary_key=True)
    who = TextField()
    since = BigIntegerField()
    until = BigIntegerField()
    mode = TextField()
    command = TextField()

    class Meta:
        table_name = "overrides"


class ResumedTable(Model):
    """When the programme of an equipment was last gone on with, ns UTC: what was asked before counts no more."""

    equipment = TextField(primary_key=True)
    time = BigIntegerField()

    class Meta:
        table_name = "resumed"


class HeardTable(Model):
    """The command of the ledger up to which the scheduler has heard all outcomes; one row."""

    one = AutoField(constraints=[Check("one = 1")])
    command = BigIntegerField()

    class Meta:
        table_name = "heard"


JournalTable.add_index(JournalTable.index(JournalTable.subject, JournalTable.id, name="journal_subject"))
JournalTable.add_index(JournalTable.index(JournalTable.time, name="journal_time"))
CommandTable.add_index(CommandTable.index(CommandTable.equipment, CommandTable.id, name="commands_equipment"))
CommandTable.add_index(CommandTable.index(CommandTable.id, name="commands_open", where=CommandTable.outcome.is_null()))
StepTable.add_index(StepTable.index(StepTable.command, StepTable.id, name="steps_command"))

_FORBID = """
CREATE TRIGGER {table}_kept_{act} BEFORE {act} ON {table} {when}
BEGIN SELECT RAISE(ABORT, 'the {table} table is append-only'); END;
"""
HIDING = "category = 'alarm' AND kind IN ('shelve', 'unshelve', 'suppress', 'unsuppress', 'remove', 'return')"
"""Rows that hide an alarm or bring it back. They are few: with an index of their own, what was hidden at any moment is
known without a walk through years of raises. A query uses it that says the very same words."""
LOCKING = "category = 'lockout' AND kind IN ('hang_lock', 'release_lock')"
RAISING = "category = 'alarm' AND kind = 'raise'"
"""As `HIDING`, for the past: what was locked out at an instant, and when alarms were raised in a span of years."""
SUBSTITUTING = "category = 'command' AND kind IN ('substitute', 'release')"
OVERRIDING = "category = 'schedule' AND kind IN ('override', 'resume')"
"""The same for values by hand, and for programmes that were taken in hand."""
MIGRATIONS: Migrations = (
    tables(JournalTable, HeadTable, CommandTable, StepTable)
    + "".join(
        _FORBID.format(table=table, act=act, when="") for table in ("journal", "steps") for act in ("UPDATE", "DELETE")
    )
    + _FORBID.format(table="commands", act="DELETE", when="")
    + _FORBID.format(table="commands", act="UPDATE", when="WHEN OLD.outcome IS NOT NULL"),
    tables(SubstitutionTable),
    tables(PlanTable),
    f"CREATE INDEX journal_hiding ON journal(subject, id, kind) WHERE {HIDING};",
    tables(LockOutTable),
    tables(AlarmTable, AsideTable),
    tables(ShiftTable) + "".join(_FORBID.format(table="shifts", act=act, when="") for act in ("UPDATE", "DELETE")),
    tables(RoundTable, RoundTargetTable),
    f"CREATE INDEX journal_locking ON journal(id) WHERE {LOCKING};"
    f"CREATE INDEX journal_raising ON journal(time) WHERE {RAISING};",
    tables(NameTable) + FILL,
    "ALTER TABLE alarms ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;",
    tables(OverrideTable, ResumedTable, HeardTable),
    tables(LockNameTable),
    f"CREATE INDEX journal_substituting ON journal(id) WHERE {SUBSTITUTING};"
    f"CREATE INDEX journal_overriding ON journal(id) WHERE {OVERRIDING};",
)
