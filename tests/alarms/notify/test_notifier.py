"""Telling those on call: over real mail, from real columns, through a real file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alarms.life import FIELDS
from alarms.notify.acts import NotifyDesk, notify_acts
from alarms.notify.message import Message
from alarms.notify.notice import END, ROWS, Key, NoSuchRow, Notice, State, step
from alarms.notify.notifier import Notifier
from alarms.notify.send import Mail, Partly, Sender
from alarms.notify.store import PIECE, Store
from alarms.states import State as Alarmed
from supervisor.clock import HandClock
from supervisor.columns import Columns
from supervisor.database import sqlite3
from supervisor.errors import Refused
from supervisor.journal import Journal, JournalReader, Row
from supervisor.model import Priority, Role, User
from supervisor.on_call import Contact, MailServer, NoticeRule, OnCall, Step
from tests.alarms.notify.post_office import Office, open_office
from tests.ui.town import Town

ANN = Contact("ann", "Ann", "ann@example.org")
BEN = Contact("ben", "Ben", "ben@example.org", language="en")
EVERY = frozenset(Priority)
RULE = NoticeRule("night", (Step(0, ("ann",)), Step(600, ("ben",))), EVERY)


class Room:
    """A notifier on columns that the test writes."""

    def __init__(self, folder: Path, office: Office, rules: Sequence[NoticeRule] = (RULE,), **words: Any) -> None:
        self.site, self.folder, self.office = Town().site(), folder, office
        self.clock = HandClock()
        self.columns = Columns.create(len(self.site.alarms), FIELDS)
        self.journal = Journal(folder / "journal.db", self.clock)
        server = words.pop("server", MailServer("127.0.0.1", office.port, "none", "vigie@example.org"))
        ways: dict[str, Sender] = {"mail": Mail(server, folder, lambda _: words.pop("password", "secret"))}
        self.on_call = OnCall(
            {"ann": ANN, "ben": BEN}, {}, tuple(rules), server, gap_s=words.pop("gap_s", 0.0), **words
        )
        self.store = Store(folder / "notify.db")
        parts = (self.columns, self.journal, self.clock)
        self.notifier = Notifier(self.site, self.on_call, self.store, parts, ways)
        self.alarm = self.site.alarms[0]

    def turn(self, state: Alarmed, row: int = 0, **fields: int) -> None:
        """An alarm as the engine would leave it."""
        if state is Alarmed.UNACKED:
            self.columns["annunciated_at"][row] = self.clock.now()
        self.columns["state"][row] = state
        for name, value in fields.items():
            self.columns[name][row] = value

    async def look(self, seconds: float = 0.0, settle: bool = True) -> None:
        """Let time pass, look once, and wait until what was begun is done."""
        if seconds:
            await self.clock.wind(seconds)
        await self.notifier.tick()
        tasks = [seat.task for seat in self.notifier._seats.values() if seat.task]
        if settle and tasks:
            await asyncio.wait(tasks, timeout=20)

    def states(self) -> list[tuple[str, int, str]]:
        return [(one.key.contact, one.key.step, one.state.value) for one in reversed(self.store.latest(50))]

    def told(self) -> list[Row]:
        """What the journal has of it, newest first, once all that was appended is written."""
        self.journal.extend(()).result(20)
        return JournalReader(self.journal.path).search(category="notify")

    async def close(self) -> None:
        await self.notifier.stop()
        self.store.close()
        self.journal.close()


def scene(folder: Path, play: Callable[[Room], Coroutine[Any, Any, None]], **words: Any) -> None:
    """Play on an open office."""

    async def scenario() -> None:
        office = Office()
        async with open_office(office):
            room = Room(folder, office, **words)
            try:
                await play(room)
            finally:
                await room.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("to", State)
def test_that_every_pair_of_states_is_a_row_or_an_error(state: State, to: State) -> None:
    if to in ROWS[state]:
        assert step(state, to) is to
        return
    with pytest.raises(NoSuchRow):
        step(state, to)


def test_that_what_may_have_been_sent_never_waits_again() -> None:
    assert State.WAITING not in ROWS[State.SENT] | ROWS[State.UNKNOWN]


def test_that_an_unanswered_alarm_climbs_step_by_step_and_is_told_once(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.UNACKED)
        await room.look()
        await room.look(1)
        assert [letter["To"] for letter in room.office.letters] == ["ann@example.org"]
        await room.look(598)
        assert len(room.office.letters) == 1
        await room.look(1)
        assert [letter["To"] for letter in room.office.letters] == ["ann@example.org", "ben@example.org"]
        for _ in range(5):
            await room.look(600)
        assert len(room.office.letters) == 2
        first, second = (letter.get_content() for letter in room.office.letters)  # type: ignore[attr-defined]
        rule = room.alarm.rule
        assert rule.name.fr in first
        assert rule.name.en in second

    scene(tmp_path, play)


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (Alarmed.ACKED, {}),
        (Alarmed.NORMAL, {}),
        (Alarmed.UNACKED, {"taken_by": 1}),
        (Alarmed.UNACKED, {"suppression": 1}),
    ],
)
def test_that_an_answered_alarm_is_told_no_further(tmp_path: Path, state: Alarmed, fields: dict[str, int]) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.UNACKED)
        await room.look()
        room.columns["state"][0] = state
        for name, value in fields.items():
            room.columns[name][0] = value
        await room.look(3600)
        assert len(room.office.letters) == 1

    scene(tmp_path, play)


def test_that_an_alarm_that_comes_and_goes_unanswered_climbs_like_any_other(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        for _ in range(7):
            room.turn(Alarmed.UNACKED)
            await room.look(50)
            room.turn(Alarmed.RETURNED)
            await room.look(50)
        assert room.states() == [("ann", 0, "sent"), ("ben", 1, "sent")]

    scene(tmp_path, play)


def test_that_what_came_and_went_while_it_was_hidden_wakes_nobody(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.RETURNED)
        await room.look(3600)
        assert room.states() == []

    scene(tmp_path, play)


def test_that_what_was_answered_before_it_could_be_told_is_in_the_journal(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.office.answer = "451 try later"
        room.turn(Alarmed.UNACKED)
        await room.look()
        room.turn(Alarmed.ACKED)
        await room.look(1)
        assert room.states() == [("ann", 0, "dropped")]
        told = room.told()[0]
        assert (told.kind, told.subject, told.detail["reason"]) == ("dropped", room.alarm.id, "answered")

    scene(tmp_path, play)


def test_that_a_new_occurrence_is_told_anew(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        for _ in range(3):
            room.turn(Alarmed.UNACKED)
            await room.look(1)
            room.turn(Alarmed.NORMAL)
            await room.look(1)
        assert len(room.office.letters) == 3

    scene(tmp_path, play)


def test_that_what_comes_in_a_flood_is_told_together(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.UNACKED)
        await room.look()
        for row in range(1, 9):
            room.turn(Alarmed.UNACKED, row)
        await room.look(1)
        assert len(room.office.letters) == 1, "a minute lies between two messages"
        await room.look(60)
        assert len(room.office.letters) == 2
        assert "et 7 autres" in room.office.subjects[1]
        body = room.office.letters[1].get_content()  # type: ignore[attr-defined]
        assert all(alarm.id in body for alarm in room.site.alarms[1:9])

    scene(tmp_path, play, gap_s=60.0)


def test_that_a_server_that_is_away_is_tried_again_and_the_room_is_told(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.office.answer = "451 try later"
        room.turn(Alarmed.UNACKED)
        await room.look()
        assert room.notifier.failing == 1
        await room.look(29)
        assert room.store.latest(1)[0].tries == 1
        room.office.answer = ""
        await room.look(1)
        assert (len(room.office.letters), room.notifier.failing) == (1, 0)
        rows = room.told()
        assert [row.kind for row in rows] == ["sent", "delayed"]

    scene(tmp_path, play)


def test_that_nobody_at_the_door_is_no_reason_to_forget(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.UNACKED)
        async with open_office(Office()):
            await room.look()
        assert room.states() == [("ann", 0, "waiting")]
        assert str(room.office.port) in room.store.latest(1)[0].error

    async def scenario() -> None:
        room = Room(tmp_path, Office())
        try:
            await play(room)
        finally:
            await room.close()

    asyncio.run(scenario())


def test_that_an_address_that_does_not_exist_has_failed_at_once_and_a_person_may_try_it_again(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.office.refuses = {"ann@example.org"}
        room.turn(Alarmed.UNACKED)
        await room.look()
        assert room.states() == [("ann", 0, "failed")]
        room.office.refuses = set()
        assert await room.notifier.retry(1)
        await room.look()
        assert room.states() == [("ann", 0, "sent")]
        assert not await room.notifier.retry(1)

    scene(tmp_path, play)


def test_that_a_letter_whose_answer_was_lost_is_not_sent_twice(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.office.silent = True
        room.turn(Alarmed.UNACKED)
        await room.look()
        room.office.silent = False
        for _ in range(3):
            await room.look(60)
        assert room.states() == [("ann", 0, "unknown")]
        assert len(room.office.letters) == 1

    scene(tmp_path, play)


def test_that_it_is_given_up_after_a_day(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.office.answer = "451 try later"
        room.turn(Alarmed.UNACKED)
        await room.look()
        await room.look(40)
        await room.look(3700)
        assert room.states()[0] == ("ann", 0, "failed")

    scene(tmp_path, play, rules=[replace(RULE, steps=(Step(0, ("ann",)),))], give_up_s=3600.0)


def test_that_a_restart_tells_nothing_twice_and_forgets_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        office = Office()
        async with open_office(office):
            room = Room(tmp_path, office)
            office.answer = "451 try later"
            room.turn(Alarmed.UNACKED)
            room.turn(Alarmed.UNACKED, 1)
            await room.look()
            office.answer = ""
            await room.close()
            states = list(room.columns["state"]), list(room.columns["annunciated_at"])
            again = Room(tmp_path, office)
            again.columns["state"][:], again.columns["annunciated_at"][:] = states
            await again.notifier._restore()
            await again.look(60)
            await again.look(60)
            assert [letter["To"] for letter in office.letters] == ["ann@example.org"]
            assert office.subjects[0].endswith("et 1 autre")
            await again.close()

    asyncio.run(scenario())


def test_that_what_was_on_its_way_when_the_station_died_counts_as_told(tmp_path: Path) -> None:
    async def scenario() -> None:
        office = Office()
        async with open_office(office):
            room = Room(tmp_path, office)
            await asyncio.wrap_future(room.store.add([Notice(Key("A", 1, "night", 0, "ann", "mail"), State.SENDING)]))
            await room.notifier._restore()
            await room.look(3600)
            assert room.states() == [("ann", 0, "unknown")]
            assert office.letters == []
            assert room.told()[0].detail == {"count": 1, "reason": "restart"}
            await room.close()

    asyncio.run(scenario())


def test_that_those_who_were_told_hear_of_the_end(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.UNACKED)
        await room.look()
        room.turn(Alarmed.ACKED)
        await room.look(1)
        await room.look(1)
        assert len(room.office.letters) == 2
        assert "TERMINÉE" in room.office.subjects[1]

    scene(tmp_path, play, rules=[replace(RULE, tell_end=True)])


def test_that_a_full_disk_tells_nobody_until_there_is_room(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        connection = sqlite3.connect(room.store.path)
        connection.execute("BEGIN IMMEDIATE")  # as good as a disk that takes nothing, and it ends when we say so
        room.store._writer._connection.execute("PRAGMA busy_timeout = 20")
        room.turn(Alarmed.UNACKED)
        await room.look()
        assert room.office.letters == []
        connection.rollback()
        connection.close()
        await room.look(1)
        assert len(room.office.letters) == 1

    scene(tmp_path, play)


def test_that_the_page_sees_it_and_a_test_arrives(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        desk = NotifyDesk(room.site, room.notifier, room.journal, room.clock)
        acts = notify_acts(desk)
        operator, viewer = User("op", "Op", Role.OPERATOR), User("v", "V", Role.VIEWER)
        assert await acts["notify_test"](operator, {"contact": "ben"}) == {"count": 1}
        await room.look()
        assert room.office.subjects[0].endswith("Notification test"), "in the language of the contact"
        shown = await acts["notices"](viewer, {})
        assert [one["state"] for one in shown["notices"]] == ["sent"]
        assert (shown["waiting"], shown["failing"]) == (0, 0)
        for act, words in (
            ("notify_test", {"contact": "ben"}),
            ("notify_again", {"id": 1}),
            ("notify_drop", {"id": 1}),
        ):
            with pytest.raises(Refused):
                await acts[act](viewer, words)
        with pytest.raises(Refused):
            await acts["notify_test"](operator, {"contact": "nobody"})
        with pytest.raises(Refused):
            await acts["notify_drop"](operator, {"id": 1})
        assert [row.kind for row in room.told()] == ["sent", "test"]

    scene(tmp_path, play)


def test_that_one_that_waits_may_be_let_go(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.office.answer = "451 try later"
        room.turn(Alarmed.UNACKED)
        await room.look()
        assert await room.notifier.drop(1)
        room.office.answer = ""
        await room.look(3000 - 2500)
        assert room.states() == [("ann", 0, "dropped")]

    scene(tmp_path, play)


class Slow:
    """A way that hands over when it is told to, and fails as it is told to."""

    def __init__(self) -> None:
        self.gate, self.messages = asyncio.Event(), 0
        self.error: Exception | None = None

    async def send(self, message: Message) -> None:
        await self.gate.wait()
        self.messages += 1
        if self.error:
            raise self.error


def test_that_the_end_is_told_of_an_alarm_that_ended_while_its_notice_was_on_its_way(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        slow = Slow()
        room.notifier._ways = {"mail": slow}
        room.turn(Alarmed.UNACKED)
        await room.look(settle=False)
        await asyncio.sleep(0)
        room.turn(Alarmed.ACKED)
        await room.look(1, settle=False)
        slow.gate.set()
        await room.look(1)
        await room.look(1)
        await room.look(1)
        assert room.states() == [("ann", 0, "sent"), ("ann", END, "sent")]

    scene(tmp_path, play, rules=[replace(RULE, tell_end=True)])


def test_that_an_end_that_could_not_be_written_is_told_once_there_is_room(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.UNACKED)
        await room.look()
        connection = sqlite3.connect(room.store.path)
        connection.execute("BEGIN IMMEDIATE")
        room.store._writer._connection.execute("PRAGMA busy_timeout = 20")
        room.turn(Alarmed.ACKED)
        await room.look(1)
        connection.rollback()
        connection.close()
        await room.look(1)
        await room.look(1)
        assert room.states() == [("ann", 0, "sent"), ("ann", END, "sent")]

    scene(tmp_path, play, rules=[replace(RULE, tell_end=True)])


def test_that_of_a_message_that_went_partly_only_the_rest_goes_again(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        slow = Slow()
        slow.gate.set()
        slow.error = Partly(1, 1, "the broker did not confirm")
        room.notifier._ways = {"mail": slow}
        for row in range(4):
            room.turn(Alarmed.UNACKED, row)
        await room.look()
        states = [state for _, _, state in room.states()]
        assert sorted(states) == ["sent", "unknown", "waiting", "waiting"]
        slow.error = None
        await room.look(60)
        assert sorted(state for _, _, state in room.states()) == ["sent", "sent", "sent", "unknown"]
        first = min(range(4), key=lambda row: (int(room.site.alarms[row].rule.priority), row))
        told = next(one for one in room.store.latest(50) if one.key.alarm == room.site.alarms[first].id)
        assert told.state is State.SENT, "the gravest goes first"

    scene(tmp_path, play)


@pytest.mark.logs("A message to ann failed")
def test_that_a_bug_on_the_way_leaves_a_notice_at_its_end_and_not_for_ever_on_its_way(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        slow = Slow()
        slow.gate.set()
        slow.error = LookupError("a bug")
        room.notifier._ways = {"mail": slow}
        room.turn(Alarmed.UNACKED)
        await room.look()
        assert room.states() == [("ann", 0, "unknown")]
        assert room.notifier.waiting == []

    scene(tmp_path, play)


def test_that_one_let_go_in_the_moment_before_it_leaves_keeps_no_other_back(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.UNACKED)
        room.turn(Alarmed.UNACKED, 1)
        await room.look(settle=False)  # the task that hands over has not begun
        assert await room.notifier.drop(2)
        await room.look(1)
        await room.look(1)
        assert room.states() == [("ann", 0, "sent"), ("ann", 0, "dropped")]

    scene(tmp_path, play)


def test_that_a_notice_tried_again_by_a_person_has_its_day_anew_after_a_restart_too(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.office.refuses = {"ann@example.org"}
        room.turn(Alarmed.UNACKED)
        await room.look()
        await room.clock.wind(7200)
        assert await room.notifier.retry(1)
        assert room.store.open()[0].made_at == room.clock.now()

    scene(tmp_path, play, rules=[replace(RULE, steps=(Step(0, ("ann",)),))])


def test_that_old_notices_are_forgotten_but_what_waits_or_stands_never_is(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        room.turn(Alarmed.UNACKED)  # stands unanswered through all of it
        await room.look(1)
        first = room.store.latest(1)[0].key
        old = room.clock.now()
        keys = [Key("gone", n, "night", 0, "ann", "mail") for n in range(1, PIECE + 200)]
        states = [State.SENT, State.FAILED, State.UNKNOWN, State.DROPPED]
        over = [Notice(key, state=states[n % 4], made_at=old, done_at=old) for n, key in enumerate(keys)]
        late = Notice(Key("late", 1, "night", 0, "ann", "mail"), State.WAITING, old, old + 10**18)
        await asyncio.wrap_future(room.store.add([*over, late]))
        assert await room.notifier.purge() == 0, "nothing is old yet"
        await room.clock.wind(401 * 86_400)
        now = room.clock.now()
        fresh = Notice(Key("new", 1, "night", 0, "ann", "mail"), State.SENT, now, done_at=now)
        await asyncio.wrap_future(room.store.add([fresh]))
        task = asyncio.create_task(room.notifier.purge())
        while not task.done():
            await room.clock.wind(1.0)
        assert task.result() == len(keys), "in pieces, all that was over"
        left = {one.key.alarm for one in room.store.latest(1000)}
        assert left == {first.alarm, "late", "new"}
        letters = len(room.office.letters)
        again = Notifier(room.site, room.on_call, room.store, (room.columns, room.journal, room.clock), {})
        await again.tick()
        assert len(room.store.latest(1000)) == 3, "what stands is not told anew"
        assert len(room.office.letters) == letters

    scene(tmp_path, play, rules=[NoticeRule("night", (Step(0, ("ann",)),), EVERY)])


def test_that_nothing_is_forgotten_where_all_is_to_be_kept(tmp_path: Path) -> None:
    async def play(room: Room) -> None:
        key = Key("gone", 1, "night", 0, "ann", "mail")
        await asyncio.wrap_future(room.store.add([Notice(key, State.SENT, 1, done_at=1)]))
        assert await room.notifier.purge() == 0
        assert len(room.store.latest(9)) == 1

    scene(tmp_path, play, keep_days=0)
