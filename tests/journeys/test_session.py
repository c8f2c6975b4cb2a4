"""Who sits at the window: first start, sign-in, lock, hand-over, lent rights, people; over the real socket.

The last journey gives an emergency command from a locked seat to a crossing that a simulated controller runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from supervisor.clock import HandClock
from supervisor.errors import Refused
from supervisor.journal import JournalReader
from supervisor.model import Role
from tests import patience
from tests.journeys.conftest import Town
from tests.journeys.seat import Seat, click, in_qt, sit, window_over
from tests.people import ADMINISTRATOR, OTHER, PASSWORD, give, hurry
from tests.ports import free_port
from tests.ui.commissioning.town import site
from ui.alarms.acts import shelve
from ui.assemble import Assembly
from ui.attach import RemoteAttachment
from ui.faceplate.commands import Buttons
from ui.folder import DataFolder
from ui.journal.page import JournalPage
from ui.naming import person
from ui.pages import COMMISSIONING, JOURNAL, LINKS, OVERVIEW, PEOPLE
from ui.people.page import PeoplePage
from ui.preferences import Preferences
from ui.session import words
from ui.session.form import Form
from ui.shell.window import MainWindow

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


class Room:
    """A window at a station, both in this process, with the real socket between them."""

    def __init__(self, station: Assembly, window: MainWindow) -> None:
        self.station, self.window = station, window
        self.seat, self.session = window.seat, window.context.session

    async def until(self, holds: Callable[[], object], what: str, within_s: float = 20.0) -> None:
        await patience.until(holds, within_s, what)

    async def form(self, title: object) -> Form:
        await self.until(lambda: self.seat.panel.form and self.seat.panel.form.wish.title == title, f"the form {title}")
        assert self.seat.panel.form
        return self.seat.panel.form

    async def fill(self, form: Form, **given: str) -> None:
        """Type it and press Enter, as a person does."""
        for id_, text in given.items():
            form.fields[id_].setText(text)
        QTest.keyClick(form.fields[list(given)[-1]], Qt.Key.Key_Return)
        await self.until(lambda: not form.sending, "it was sent")

    async def sign_in(self, user: str, title: object = words.SIGN_IN, password: str = PASSWORD) -> None:
        self.seat.open()
        await self.fill(await self.form(title), user=user, password=password)

    def kinds(self) -> list[tuple[str, str]]:
        rows = JournalReader(self.station.folder.journal).search(category="access")
        return [(row.kind, row.who) for row in rows[::-1]]

    def tabs(self) -> set[str]:
        """The pages that are offered, as tabs or behind "more"."""
        top = self.window.top
        return {page for page, tab in top.tabs.items() if not tab.isHidden()} | set(top.more._allowed)


def live(folder: Path, scenario: Callable[[Room], Awaitable[None]], enrolled: bool = True) -> None:
    in_qt(_live(folder, scenario, enrolled))


async def _live(folder: Path, scenario: Callable[[Room], Awaitable[None]], enrolled: bool) -> None:
    town, data = site(folder / "site", f"modbus://127.0.0.1:{free_port()}"), DataFolder(folder / "data")
    data.make()
    async with Assembly.of(town, data) as station:
        hurry(station.sessions.accounts)
        if enrolled:
            await give(station.sessions.accounts, town)
        async with window_over(RemoteAttachment(town, data, "Poste 1"), Preferences()) as window:
            room = Room(station, window)
            await room.until(lambda: room.session.now.seat == "Poste 1", "the station tells how this seat stands")
            await scenario(room)


def test_that_the_first_start_asks_for_an_administrator_and_watching_needs_nobody(tmp_path: Path, qapp: object) -> None:
    async def scenario(room: Room) -> None:
        form = await room.form(words.CREATE)
        assert room.window.place.page == OVERVIEW, "everything is there behind it"
        assert room.seat.strip.title.text() == words.FIRST_START.fr
        click(form.cancel)
        await room.until(lambda: room.seat.panel.form is None, "it can wait")
        room.window.navigate(LINKS)
        assert room.window.place.page == LINKS
        room.seat.open()
        form = await room.form(words.CREATE)
        await room.fill(form, name="Agnès Martin", id="a.martin", new="trop court", again="trop court")
        assert "15" in form.said.text()
        await room.fill(form, new=PASSWORD, again=OTHER)
        assert form.said.text() == words.DIFFERENT.fr
        await room.fill(form, new=PASSWORD, again=PASSWORD)
        await room.until(lambda: room.session.acting, "she has signed in")
        assert room.session.user.role is Role.ADMINISTRATOR
        assert {PEOPLE, COMMISSIONING} <= room.tabs()
        assert room.window.place.page == LINKS, "the screen stayed as it was"
        assert not room.seat.strip.isVisible()
        await room.until(lambda: [kind for kind, _ in room.kinds()][-2:] == ["add", "sign_in"], "both are journalled")

    live(tmp_path, scenario, enrolled=False)


def test_that_a_shift_is_handed_over_and_a_seat_locked_without_a_blank(tmp_path: Path, qapp: object) -> None:
    async def scenario(room: Room) -> None:
        window, chip = room.window, room.window.top.chip
        assert room.seat.strip.title.text() == words.WATCHING.fr
        assert not {PEOPLE, COMMISSIONING} & room.tabs()
        window.navigate(LINKS)
        page = window.stack.currentWidget()
        await room.sign_in("ena", password=OTHER)
        form = room.seat.panel.form
        assert form is not None
        assert "inconnu" in form.said.text()
        assert form.fields["password"].text() == ""
        await room.fill(form, password=PASSWORD)
        await room.until(lambda: room.session.acting, "ena has signed in")
        assert "Ena" in chip.accessibleName()
        window.navigate(COMMISSIONING)
        await room.seat.door.lock()
        strip = room.seat.strip  # which tells of a station that is late, rather than of the session
        await room.until(lambda: (strip.isVisible(), strip.title.text()) == (True, words.LOCKED.fr), "it says so")
        assert window.place.page == OVERVIEW, "a page that takes her rights is not left open"
        window.navigate(LINKS)
        assert window.stack.currentWidget() is page, "the same page, never made anew"
        assert "verrouillée" in chip.accessibleName()
        await room.sign_in("ena", words.UNLOCK)
        await room.until(lambda: room.session.acting, "unlocked")
        room.seat.open()
        await room.fill(await room.form(words.HAND_OVER), user=ADMINISTRATOR.id, password=PASSWORD)
        await room.until(lambda: "Agnès" in chip.accessibleName(), "the next one sits there")
        assert window.stack.currentWidget() is page
        await room.seat.door.sign_out()
        assert room.seat.strip.title.text() == words.WATCHING.fr
        await room.until(lambda: ("sign_out", "a.martin") in room.kinds(), "it is in the journal")
        said = [kind for kind in room.kinds() if kind[0] in ("sign_in", "lock", "unlock", "hand_over", "sign_out")]
        assert said == [
            ("sign_in", "ena"), ("sign_in", "ena"), ("lock", "ena"), ("sign_in", "ena"), ("unlock", "ena"),
            ("sign_in", "a.martin"), ("hand_over", "a.martin"), ("sign_out", "a.martin"),
        ]  # fmt: skip

    live(tmp_path, scenario)


def test_that_a_seat_nobody_touches_locks_itself_and_a_touch_keeps_it_open(
    tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(room: Room) -> None:
        await room.sign_in("ena")
        await room.until(lambda: room.session.acting, "ena has signed in")
        door = room.seat.door
        door._touched -= 14 * 60
        door.look()
        await asyncio.sleep(0.3)
        assert room.session.acting
        # from Qt's own turn: a nested one within a callback of the loop runs that callback twice and may lose another
        handle, middle = room.window.windowHandle(), room.window.rect().center()
        QTimer.singleShot(0, room.window, lambda: QTest.mouseMove(handle, middle))
        await room.until(lambda: door.idle_s < 60, "moving the mouse is being there")
        door._touched -= 14 * 60
        dialog = QDialog(room.window)
        dialog.show()
        dialog.activateWindow()
        await room.until(lambda: QApplication.focusWindow() is dialog.windowHandle(), "the dialog has the keys")
        QTimer.singleShot(0, dialog, lambda: QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_A))
        await room.until(lambda: door.idle_s < 60, "and so is typing in a dialog")
        dialog.close()
        dialog.deleteLater()
        door._touched -= 16 * 60
        await room.until(lambda: room.session.now.locked, "locked")
        # a window whose own lock was taken out of it: the station locks the seat, and it goes on watching
        room.station.sessions._clock = clock = HandClock()
        await room.sign_in("ena", words.UNLOCK)
        await room.until(lambda: room.session.acting, "unlocked")
        monkeypatch.setattr(door, "look", lambda: room.window.context.spawn(door.ask()))
        await clock.wind(14 * 60)
        await asyncio.sleep(1.5)  # it tells that she was there a moment ago
        await clock.wind(14 * 60)
        await room.until(lambda: not room.session.now.locked, "at work")
        door._touched -= 60 * 60
        await clock.wind(16 * 60)
        await room.until(lambda: room.session.now.locked, "locked by the station")
        assert room.window.place.page == OVERVIEW
        door.touch()
        with pytest.raises(Refused):
            await room.window.context.attachment.ask("acknowledge", alarms=[room.station.site.alarms[0].id])
        assert [kind for kind, _ in room.kinds()].count("lock") == 2

    live(tmp_path, scenario)


def test_that_a_new_password_ends_the_other_seats_of_its_person_and_says_so(tmp_path: Path, qapp: object) -> None:
    async def scenario(room: Room) -> None:
        await room.sign_in("ena")
        await room.until(lambda: room.session.acting, "ena has signed in")
        await room.seat.door.act("change_password", password=PASSWORD, new=OTHER)
        assert room.session.acting, "who changes it stays"
        await room.station.sessions.accounts.reset(ADMINISTRATOR, "ena", PASSWORD)
        await room.until(lambda: not room.session.acting, "signed out")
        strip = room.seat.strip
        assert (strip.isVisible(), strip.why.toolTip() or strip.why.text()) == (True, words.ENDED["password"].fr)

    live(tmp_path, scenario)


def test_that_an_act_from_a_watching_seat_opens_the_form_that_says_why(tmp_path: Path, qapp: object) -> None:
    async def scenario(room: Room) -> None:
        alarm = next(iter(room.station.site.alarms))
        context = room.window.context
        context.spawn(shelve(context, [alarm.index], 15, "essai"))
        form = await room.form(words.SIGN_IN)
        assert "Personne n'a ouvert de session" in form.said.text()
        QTest.keyClick(form, Qt.Key.Key_Escape)
        await room.until(lambda: room.seat.panel.form is None, "Escape puts it away")
        await room.until(lambda: ("refused", "@Poste 1") in room.kinds(), "the refusal is in the journal")

    live(tmp_path, scenario)


def test_that_an_administrator_makes_an_account_whose_owner_chooses_a_password(tmp_path: Path, qapp: object) -> None:
    async def scenario(room: Room) -> None:
        await room.sign_in(ADMINISTRATOR.id)
        await room.until(lambda: room.session.acting, "signed in")
        room.window.navigate(PEOPLE)
        page = room.window.pages[PEOPLE]
        assert isinstance(page, PeoplePage)
        await page.read()
        assert [one["id"] for one in page.people] == ["a.martin", "ena"]
        click(page.add)
        page.card.name.setText("Bruno Durand")
        page.card.id.setText("b.durand")
        page.card.role.choose("supervisor")
        click(page.card.propose)
        temporary = page.card.password.text()
        click(page.card.make)
        await room.until(lambda: len(page.people) == 3, "he is in the list")
        await room.seat.door.sign_out()
        assert page.people == [], "nobody else sees the list"
        await room.sign_in("b.durand", password=temporary)
        await room.fill(await room.form(words.RENEW), new=OTHER, again=OTHER)
        await room.until(lambda: room.session.acting, "he has signed in")
        assert room.session.user.role is Role.SUPERVISOR
        assert PEOPLE not in room.tabs()
        station, look = room.station, room.window.context.look
        alarm = station.site.alarms[0]
        await room.window.context.attachment.ask("comment", alarms=[alarm.id], text="vu avec l'atelier")
        room.window.navigate(JOURNAL)
        journal = room.window.pages[JOURNAL]
        assert isinstance(journal, JournalPage)
        await room.until(lambda: journal.who.findText("Bruno Durand") > 0, "he can be asked for by name")
        journal.who.choose("b.durand")

        def told() -> set[str]:
            return {str(journal.model.index(row, 4).data()) for row in range(len(journal.model.rows))}

        await room.until(lambda: told() == {"Bruno Durand"}, "no id stands where a person is meant")
        assert "comment" in [row.kind for row in journal.model.rows]
        made_by = person(station.site, ADMINISTRATOR.id, look)
        assert made_by == ADMINISTRATOR.name, "who made him is on no list of the site folder either"

    live(tmp_path, scenario)


def test_that_an_emergency_command_leaves_from_a_locked_seat_with_a_name(town: Town, qapp: QApplication) -> None:
    async def scenario(seat: Seat) -> None:
        window = seat.window
        before = await seat.faceplate_of("CF-101")
        await seat.until(lambda: seat.shown("CF-101.mode").text, 10, "the crossing is known")
        await window.seat.door.lock()
        content = await seat.faceplate_of("CF-101")
        assert content is not before, "what stood there was somebody's"
        assert content.commands is not None
        commands = content.commands
        buttons = {
            name: control.buttons[name]
            for control in commands.controls
            if isinstance(control, Buttons)
            for name in control.buttons
        }
        await seat.until(lambda: not buttons["normal"].isEnabled(), 5, "ordinary commands take a session")
        assert buttons["amber_flashing"].isEnabled()
        click(buttons["amber_flashing"])
        await seat.until(lambda: window.seat.panel.form, 5, "the form that asks for a name")
        form = window.seat.panel.form
        assert form is not None
        click(form.send)
        assert form.said.text() == words.EMPTY.fr
        form.fields["name"].setText("Maëlle Cesbron")
        QTest.keyClick(form.fields["name"], Qt.Key.Key_Return)
        progress = commands.progress
        await seat.until(lambda: progress.command is not None and bool(progress.command.outcome), 40, "the outcome")
        assert progress.command is not None
        assert (progress.command.outcome, progress.command.who) == ("done", "@poste-1")
        (row,) = [
            row for row in JournalReader(town.folder.journal).search(category="access") if row.kind == "emergency"
        ]
        assert row.detail["name"] == "poste-1, en veille : Maëlle Cesbron"
        assert row.detail["state"] == "locked"
        assert window.context.session.now.locked, "and the seat is still locked"

    sit(town, scenario)
