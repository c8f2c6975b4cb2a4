"""The shift book: gathered by the station, signed by two."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

from supervisor.clock import SECOND, HandClock
from supervisor.database import Connection, SqliteDatabase, plain, sqlite3
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal, JournalReader
from supervisor.model import Role, Site, Text, User
from supervisor.shift import sheet as sheets
from supervisor.shift.desk import ShiftDesk, _Sign, shift_acts
from supervisor.shift.gather import HOUR, gather
from supervisor.shift.sheet import Override, Sheet
from tests.ui.town import Town

ANN, BEN = User("ann", "Ann", Role.OPERATOR), User("ben", "Ben", Role.OPERATOR)
EVE = User("eve", "Eve", Role.VIEWER)
SECRETS = {"ann": "ann's", "ben": "ben's", "eve": "eve's"}
PEOPLE = {user.id: user for user in (ANN, BEN, EVE)}


async def prove(user_id: str, password: str) -> User:
    if SECRETS.get(user_id) != password:
        raise Refused("password", Text("Non", "No"))
    return PEOPLE[user_id]


class Room:
    """A shift desk on a real journal."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.site: Site = Town().site()
        self.journal = Journal(folder / "journal.db", self.clock)
        self.reader = JournalReader(self.journal.path)
        self.desk = ShiftDesk(
            self.site, self.journal, self.clock, prove, lambda: [Override("PR01", "ann", self.clock.now() + HOUR)]
        )
        self.alarm = self.site.alarms[0]

    def note(self, *entries: Entry) -> None:
        self.journal.extend(entries).result(10)

    def sql(self, statement: str, *words: object) -> None:
        def work(database: SqliteDatabase) -> None:
            plain(database).execute(statement, words)

        self.journal.submit(work).result(10)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(work)

    def pass_time(self, seconds: float) -> None:
        asyncio.run(self.clock.wind(seconds))

    def sheet(self) -> Sheet:
        sheet: Sheet = self.run(self.desk.running())
        return sheet

    def close(self) -> None:
        self.journal.close()


@pytest.fixture
def room(tmp_path: Path) -> Any:
    room = Room(tmp_path)
    yield room
    room.close()


def sign(room: Room, incoming: str = "ben", remark: str = "", secret: str = "ann's") -> int:
    ask = _Sign(secret, incoming, SECRETS.get(incoming, ""), remark)
    return int(room.run(room.desk.sign(ask, ANN)))


def test_that_the_sheet_writes_itself_from_what_happened(room: Room) -> None:
    alarm = room.alarm
    priority = str(int(alarm.rule.priority))
    room.note(
        Entry("system", "start"),
        *(Entry("alarm", "raise", subject=alarm.id) for _ in range(3)),
        Entry("alarm", "acknowledge", "ann", alarm.id),
        Entry("alarm", "comment", "ben", alarm.id, detail={"text": "clapet nettoyé"}),
        Entry("alarm", "flood_begin"),
        Entry("command", "outcome", "ann", "PR01", result="done", detail={"id": 1}),
        Entry("command", "outcome", "@programmes", "PR01", result="refused", detail={"id": 2}),
        Entry("access", "attach", "@poste 1"),
    )
    sheet = room.sheet()
    assert (sheet.number, sheet.restarts, sheet.floods, sheet.acknowledged) == (1, 1, 1, 1)
    assert sheet.raised == {priority: 3}
    assert [(one.alarm, one.count) for one in sheet.frequent] == [(alarm.id, 3)]
    assert sheet.people == ("ann", "ben"), "neither a seat nor a programme is a person"
    assert sheet.outcomes == {"done": 1, "refused": 1}
    assert [(one.who, one.text, one.alarm) for one in sheet.notes] == [("ben", "clapet nettoyé", alarm.id)]
    assert [one.equipment for one in sheet.overrides] == ["PR01"]


def test_that_what_stands_at_the_end_is_on_it(room: Room) -> None:
    now, alarm = room.clock.now(), room.alarm
    room.note(Entry("system", "start"))
    room.sql("INSERT INTO alarms(id, state, raised_at, taken_by) VALUES(?, 'unacked', ?, 'ben')", alarm.id, now)
    aside = "INSERT INTO asides(alarm, how, who, reason, since, until) VALUES(?, ?, 'ann', 'travaux', ?, ?)"
    room.sql(aside, alarm.id, "shelved", now, now + HOUR)
    room.sql(aside, room.site.alarms[1].id, "suppressed", now, 0)
    lock = "INSERT INTO lock_outs(equipment, who, reason, time, asked_by, asked_at) VALUES(?, 'ann', 'main', ?, '', 0)"
    room.sql(lock, "PR01", now)
    command = (
        "INSERT INTO commands(time, who, equipment, command, tag, outcome, reason_fr, reason_en)"
        " VALUES(?, 'ann', 'PR01', 'start', 't', ?, 'sans retour', 'no feedback')"
    )
    room.sql(command, now, "unknown")
    room.sql(command, now, None)
    room.note(Entry("command", "outcome", "ann", "PR01", result="unknown", detail={"id": 1}))
    sheet = room.sheet()
    assert [(one.alarm, one.taken_by, one.hidden) for one in sheet.standing] == [(alarm.id, "ben", False)]
    assert [(one.how, one.reason) for one in sheet.hidden] == [("shelved", "travaux")], "design is no decision"
    assert [(one.equipment, one.reason) for one in sheet.locks] == [("PR01", "main")]
    assert [(one.id, one.outcome) for one in sheet.commands] == [(1, "unknown"), (2, "")]


def test_that_nothing_falls_between_two_shifts(room: Room) -> None:
    room.note(Entry("alarm", "raise", subject=room.alarm.id))
    room.pass_time(60)
    assert sign(room) == 1
    room.note(Entry("alarm", "raise", subject=room.alarm.id))
    room.pass_time(60)
    assert sign(room) == 2
    first, second = (sheets.read(room.run(room.desk.sheet(number))[0]) for number in (1, 2))
    assert first.end == second.start
    assert first.last == second.first
    assert [sum(one.raised.values()) for one in (first, second)] == [1, 1]
    assert [(one.outgoing, one.incoming) for one in (first, second)] == [("ann", "ben")] * 2
    assert [one.number for one in room.run(room.desk.signed())] == [2, 1]


def test_that_who_signed_the_shift_before_has_not_acted_in_this_one(room: Room) -> None:
    room.note(Entry("system", "start"))
    sign(room)
    assert room.sheet().people == ()


def test_that_a_page_that_is_looked_at_again_reads_only_what_is_new_and_says_the_same(room: Room) -> None:
    alarm = room.alarm.id
    raised = Entry("alarm", "raise", subject=alarm)
    sign(room)  # from here on a shift begins at a row, not half a day ago
    room.note(raised, Entry("shift", "note", "ann", detail={"text": "vanne"}))
    assert sum(room.sheet().raised.values()) == 1
    room.note(raised, Entry("shift", "withdraw", "ann", detail={"note": 3}))
    read: list[str] = []
    memory = room.desk._memory
    plainly = memory.read

    def listening(connection: Connection, span: tuple[int, int], priority: Mapping[str, str]) -> Any:
        connection.set_trace_callback(read.append)
        return plainly(connection, span, priority)

    memory.read = listening  # type: ignore[method-assign]
    sheet = room.sheet()
    assert (sum(sheet.raised.values()), sheet.notes) == (2, ())
    assert sheet == gather(room.site, room.journal.path, sheet.end, sheet.overrides), "as if it were read at once"
    assert any("id > 3 " in statement for statement in read), read


def test_that_a_shift_begins_with_the_journal_and_no_longer_ago_than_half_a_day(room: Room) -> None:
    room.note(Entry("alarm", "raise", subject=room.alarm.id))
    assert sum(room.sheet().raised.values()) == 1
    room.pass_time(20 * 3600)
    sheet = room.sheet()
    assert (sheet.end - sheet.start) / SECOND == 12 * 3600
    assert sheet.raised == {}


@pytest.mark.parametrize(
    ("incoming", "remark", "secret", "check"),
    [
        ("ben", "", "wrong", "password"),
        ("ann", "", "ann's", "second"),
        ("eve", "", "ann's", "right"),
        ("nobody", "", "ann's", "password"),
        ("", "", "ann's", "reason"),
        ("ben", "x" * 2001, "ann's", "text"),
    ],
)
def test_that_nobody_signs_for_another_nor_twice(
    room: Room, incoming: str, remark: str, secret: str, check: str
) -> None:
    with pytest.raises(Refused) as refused:
        sign(room, incoming, remark, secret)
    assert refused.value.check == check
    assert room.run(room.desk.signed()) == []


def test_that_who_is_relieved_by_nobody_says_why(room: Room) -> None:
    assert sign(room, "", "Absence imprévue, astreinte prévenue") == 1
    sheet = sheets.read(room.run(room.desk.sheet(1))[0])
    assert (sheet.incoming, sheet.remark) == ("", "Absence imprévue, astreinte prévenue")


def test_that_an_altered_sheet_is_noticed_and_the_file_forbids_it_by_itself(room: Room) -> None:
    sign(room, remark="Rien à signaler")
    kept, digest, whole = room.run(room.desk.sheet(1))
    assert whole
    assert sheets.digest(kept) == digest
    connection = sqlite3.connect(room.journal.path)
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute("UPDATE shifts SET sheet = '{}'")
    connection.executescript(
        "DROP TRIGGER shifts_kept_UPDATE; UPDATE shifts SET sheet = replace(sheet, 'Rien', 'Tout');"
    )
    connection.close()
    assert room.run(room.desk.sheet(1))[2] is False


def test_that_notes_are_of_the_shift_and_taken_back_only_by_their_author(room: Room) -> None:
    number = room.run(room.desk.note("  Ronde à 22 h ", ANN))
    other = room.run(room.desk.note("Portail ouvert", BEN))
    with pytest.raises(Refused):
        room.run(room.desk.withdraw(other, ANN))
    room.run(room.desk.withdraw(number, ANN))
    assert [one.text for one in room.sheet().notes] == ["Portail ouvert"]
    for words, user, check in (("", ANN, "text"), ("x", EVE, "right")):
        with pytest.raises(Refused) as refused:
            room.run(room.desk.note(words, user))
        assert refused.value.check == check
    sign(room)
    with pytest.raises(Refused):
        room.run(room.desk.withdraw(other, BEN))
    assert room.sheet().notes == ()


def test_that_the_signature_stands_in_the_chain(room: Room) -> None:
    sign(room)
    row = room.reader.latest(1)[0]
    assert (row.category, row.kind, row.who, row.detail["incoming"]) == ("shift", "sign", "ann", "ben")
    assert row.detail["digest"] == sheets.digest(room.run(room.desk.sheet(1))[0])
    assert room.reader.verify().whole


@pytest.mark.logs("can't be signed")
def test_that_a_shift_that_cannot_be_journalled_is_not_signed(room: Room) -> None:
    for _ in range(40):
        room.run(room.desk.note("x" * 2000, ANN))
    room.journal.submit(lambda database: database.pragma("max_page_count", 1)).result(5)
    with pytest.raises(Refused) as refused:
        sign(room)
    while_full = refused.value.check
    room.journal.submit(lambda database: database.pragma("max_page_count", 100_000)).result(5)
    assert while_full == "journal"
    assert room.run(room.desk.signed()) == []


def test_that_the_acts_speak_plain_words(room: Room) -> None:
    acts = shift_acts(room.desk)
    assert room.run(acts["shift_note"](ANN, {"text": "Bonjour"}))["id"] == 1
    answer = room.run(acts["shift"](EVE, {}))
    assert sheets.read(answer["sheet"]).notes[0].text == "Bonjour"
    asked = {"password": "ann's", "incoming": "ben", "incoming_password": "ben's", "remark": ""}
    assert room.run(acts["shift_sign"](ANN, asked)) == {"number": 1}
    shown = room.run(acts["shift_sheet"](EVE, {"number": 1}))
    assert shown["whole"] is True
    with pytest.raises(Refused):
        room.run(acts["shift_sheet"](EVE, {"number": 9}))
