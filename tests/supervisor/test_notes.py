"""Notes on the curves: rows of the journal, withdrawn by more rows; who may write and who may take back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from supervisor.clock import SECOND, SystemClock
from supervisor.desk.notes import BOOK, LONGEST, Notes, note_acts, standing
from supervisor.errors import Refused
from supervisor.journal import Journal, JournalReader
from supervisor.model import Role, User
from supervisor.people import People
from tests.supervisor.pumphouse import site

CHIEF = User("chief", "Chief", Role.SUPERVISOR)
CLERK = User("clerk", "Clerk", Role.OPERATOR)
OTHER = User("other", "Other", Role.OPERATOR)
GUEST = User("guest", "Guest", Role.VIEWER)
LEVEL = "W.level"


class Room:
    def __init__(self, folder: Path) -> None:
        self.journal = Journal(folder / "journal.db", SystemClock())
        self.reader = JournalReader(folder / "journal.db")
        place = site()
        self.acts = note_acts(Notes(place, People(place), self.journal))

    async def write(self, text: str, user: User = CLERK, tag: str = LEVEL, at: int = 5 * SECOND) -> int:
        return (await self.acts["annotate"](user, {"at": at, "text": text, "tag": tag}))["id"]

    async def withdraw(self, id_: int, user: User) -> None:
        await self.acts["withdraw"](user, {"id": id_})

    def notes(self) -> list[str]:
        return [note.text for note in standing(self.reader.search(category=BOOK))]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Room], Coroutine[Any, Any, None]]], None]:
    def play(scenario: Callable[[Room], Coroutine[Any, Any, None]]) -> None:
        async def run() -> None:
            room = Room(tmp_path)
            try:
                await scenario(room)
            finally:
                room.journal.close()

        asyncio.run(run())

    return play


def test_that_notes_stand_in_the_order_of_what_they_tell_of(play):
    async def scenario(room):
        await room.write("second", at=9 * SECOND)
        await room.write("  first  ", at=3 * SECOND, tag="")
        assert room.notes() == ["first", "second"]
        row = room.reader.latest(1)[0]
        assert (row.category, row.kind, row.who, row.result) == (BOOK, "annotate", "clerk", "done")
        assert room.reader.verify().whole

    play(scenario)


def test_that_a_withdrawn_note_is_gone_from_the_curves_and_not_from_the_journal(play):
    async def scenario(room):
        id_ = await room.write("wrong")
        await room.withdraw(id_, CLERK)
        assert room.notes() == []
        assert [row.kind for row in room.reader.search(category=BOOK)] == ["withdraw", "annotate"]
        with pytest.raises(Refused, match="no longer"):
            await room.withdraw(id_, CLERK)

    play(scenario)


def test_that_another_s_note_is_withdrawn_by_a_supervisor_only(play):
    async def scenario(room):
        id_ = await room.write("mine")
        with pytest.raises(Refused) as refused:
            await room.withdraw(id_, OTHER)
        assert refused.value.check == "right"
        await room.withdraw(id_, CHIEF)
        assert room.notes() == []

    play(scenario)


@pytest.mark.parametrize(
    ("text", "user", "tag", "check"),
    [
        ("x", GUEST, LEVEL, "right"),
        ("x", CLERK, "no.such.tag", "unknown"),
        ("   ", CLERK, LEVEL, "text"),
        ("x" * (LONGEST + 1), CLERK, LEVEL, "text"),
    ],
)
def test_that_what_may_not_be_written_is_refused_and_not_kept(play, text, user, tag, check):
    async def scenario(room):
        with pytest.raises(Refused) as refused:
            await room.write(text, user, tag)
        assert refused.value.check == check
        assert room.notes() == []

    play(scenario)
