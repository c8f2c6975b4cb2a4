"""Lock-outs and approvals at the faceplate: the real desk behind it, and two persons in front of two windows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from supervisor.clock import HandClock
from supervisor.desk.command_acts import command_acts
from supervisor.desk.desk import Desk
from supervisor.desk.lock_outs import LockOuts, lock_acts
from supervisor.desk.order import Command
from supervisor.errors import Refused, Unavailable
from supervisor.journal_tables import LockNameTable, LockOutTable
from supervisor.model import CommandClass, Role, Text, User
from tests.ui.bench import Bench
from tests.ui.town import NOW
from ui.faceplate import lock_words
from ui.faceplate.commands import Commands
from ui.faceplate.controls import Buttons
from ui.faceplate.panel import Content, Faceplate
from ui.faceplate.progress import Outcome
from ui.lock_outs.page import LockOutsPage
from ui.padlock import locks, marked
from ui.pages import LINKS, LOCK_OUTS
from ui.refresh import Refresh
from ui.seat import Session, Standing
from ui.shell.status import StatusBar
from ui.tasks import Tasks
from ui.widgets import Label

ANN, BEN = User("m.cesbron", "Maëlle Cesbron", Role.OPERATOR), User("t.gaudin", "Thierry Gaudin", Role.OPERATOR)
SUE, EVE = User("s.benali", "Samira Benali", Role.SUPERVISOR), User("elus", "Salle des élus", Role.VIEWER)
PUMP, CROSSING = "PR-02.P1", "CF-101"


async def prove(id_: str, password: str) -> User:
    if password != f"{id_}'s":
        raise Refused("password", Text("Mot de passe erroné.", "Wrong password."))
    return {user.id: user for user in (ANN, BEN, SUE)}[id_]


class Staffed(Bench):
    """The demo bench with the real desk behind its socket; who asks is whoever `at` says."""

    def __init__(self, folder: Path, clock: HandClock) -> None:
        super().__init__(folder, clock)
        lock_outs = LockOuts(self.site, self.writer, clock, self.equipment, prove)
        self.desk = Desk(self.site, self.table, {}, self.writer, clock, lock_outs)
        self.rows = command_acts(self.desk) | lock_acts(lock_outs)

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        raise AssertionError("ask as somebody")


class Seat(Staffed):
    """One bench as one person sees it."""

    def __init__(self, bench: Staffed, user: User) -> None:
        self.__dict__ = bench.__dict__.copy()
        self.user = user

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        if act not in self.rows:  # what other parts of the faceplate ask by themselves
            raise Unavailable("no such act here")
        return await self.rows[act](self.user, words)


@pytest.fixture
def bench(qapp: QApplication, tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[Staffed]:
    made = Staffed(tmp_path, HandClock(NOW))
    made.calm()
    yield made
    loop.run_until_complete(made.desk.stop())
    made.close()


@pytest.fixture
def open_plate(qapp: QApplication, loop: Loop, bench: Staffed) -> Iterator[Callable[[User, str], Content]]:
    """The faceplate of an equipment in the window of a person."""
    made: list[Content] = []
    tasks = Tasks(loop)

    def build(user: User, id_: str) -> Content:
        async def make() -> Content:
            seat = Seat(bench, user)
            context = replace(seat.context(tasks.spawn), session=Session(user))
            return Content(context, bench.site.equipment_by_id[id_])

        content = loop.run_until_complete(make())
        content.resize(336, 1000)
        content.show()
        made.append(content)
        return content

    yield build

    async def end() -> None:
        for content in made:
            content.stop()

    loop.run_until_complete(end())
    loop.run_until_complete(tasks.close())
    for content in made:
        content.close()
        content.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


Until = Callable[[Callable[[], bool]], None]
See = Callable[..., None]
Plates = Callable[[User, str], Content]
Loop = asyncio.AbstractEventLoop


@pytest.fixture
def see(until: Until, loop: asyncio.AbstractEventLoop) -> Callable[..., None]:
    """Let these windows live until something holds."""

    def live(holds: Callable[[], bool], *contents: Content) -> None:
        def look() -> bool:
            for content in contents:
                content.refresh_locks()
                content.slow()
            QApplication.processEvents()  # what was added to a layout shows at the next turn of Qt's events
            return holds()

        until(look)

    return live


def said(widget: QWidget) -> str:
    return " | ".join(label.text() for label in widget.findChildren(Label) if label.isVisibleTo(widget))


def press(loop: asyncio.AbstractEventLoop, widget: QWidget, text: Text) -> None:
    """Click the button that says this."""
    button = next(one for one in widget.findChildren(QPushButton) if one.text() == text.fr and one.isVisibleTo(widget))

    async def click() -> None:  # it may lie below the edge of the scrolled part, out of the reach of a pointer
        button.click()

    loop.run_until_complete(click())


def shows(widget: QWidget, text: Text) -> bool:
    return any(one.text() == text.fr and one.isVisibleTo(widget) for one in widget.findChildren(QPushButton))


def test_that_a_lock_out_is_hung_with_a_reason_seen_in_every_window_and_released_by_two(
    open_plate: Plates,
    see: Callable[..., None],
    loop: asyncio.AbstractEventLoop,
    bench: Staffed,
) -> None:
    mine, theirs, viewer = (open_plate(user, PUMP) for user in (ANN, BEN, EVE))
    bar = mine._area.verticalScrollBar()
    assert not shows(viewer, lock_words.HANG_MORE)
    mine.resize(336, 480)
    see(lambda: bar.maximum() > 0, mine)
    press(loop, mine, lock_words.HANG_MORE)
    form = mine.lock_outs.form
    assert not form.confirm.isEnabled()
    form.reason.setText("roue bouchée")
    see(lambda: bar.value() > 0, mine)
    press(loop, form, lock_words.HANG)
    see(lambda: "roue bouchée" in said(theirs) and "roue bouchée" in said(mine), mine, theirs, viewer)
    see(lambda: bar.value() == 0, mine)
    assert "Maëlle Cesbron" in said(theirs)
    assert mine.padlock.isVisibleTo(mine)
    for content in (mine, theirs):
        assert content.commands is not None
        content.commands.read()
        assert "Consigné" in said(content.commands)
        assert not any(
            one.isEnabled() for control in content.commands.controls for one in control.findChildren(QPushButton)
        )
    assert not shows(theirs, lock_words.CONFIRM_RELEASE)
    press(loop, mine, lock_words.ASK_RELEASE)
    see(lambda: shows(theirs, lock_words.CONFIRM_RELEASE), mine, theirs)
    assert shows(mine, lock_words.KEEP)
    press(loop, theirs, lock_words.CONFIRM_RELEASE)
    see(lambda: not mine.lock_outs.held and not theirs.lock_outs.held, mine, theirs)
    assert not mine.padlock.isVisibleTo(mine)
    assert bench.desk.lock_outs.standing == {}


def test_that_a_faceplate_that_is_open_offers_what_whoever_signs_in_may_do_and_keeps_no_password(
    qapp: QApplication, see: See, loop: Loop, bench: Staffed
) -> None:
    tasks = Tasks(loop)
    session = Session(seat="poste-1")

    async def make() -> Faceplate:
        plate = Faceplate(replace(Seat(bench, ANN).context(tasks.spawn), session=session))
        plate.show_equipment(bench.site.equipment_by_id[PUMP])
        plate.show()
        return plate

    def sit(standing: Standing) -> Content:
        async def turn() -> None:
            session._turn(standing)
            plate.person_changed()

        loop.run_until_complete(turn())
        assert plate.content is not None
        return plate.content

    plate = loop.run_until_complete(make())
    assert not shows(plate, lock_words.HANG_MORE)
    mine = sit(Standing(ANN, ANN, "poste-1"))
    assert shows(plate, lock_words.HANG_MORE)
    mine.lock_outs.form.second.password.setText("s.benali's")
    assert sit(Standing(ANN, ANN, "poste-1", directory_fault="muet")) is mine, "what is being typed stays"
    plate.resize(336, 400)
    see(lambda: mine._area.verticalScrollBar().maximum() > 40, mine)
    mine._area.verticalScrollBar().setValue(40)
    watched = sit(Standing(ANN, replace(EVE, id="@poste-1"), "poste-1", locked=True))
    see(lambda: watched.scrolled == 40, watched)
    assert not watched.lock_outs.form.second.password.text()
    assert not shows(plate, lock_words.HANG_MORE)
    loop.run_until_complete(tasks.close())
    plate.close()
    plate.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_that_the_second_person_proves_it_at_the_holders_seat_and_a_wrong_password_is_told(
    open_plate: Plates,
    see: Callable[..., None],
    loop: asyncio.AbstractEventLoop,
    bench: Staffed,
) -> None:
    loop.run_until_complete(bench.desk.lock_outs.hang("PR-02", "nettoyage de la bâche", ANN))
    mine = open_plate(ANN, "PR-02")
    see(lambda: bool(mine.lock_outs.held), mine)
    press(loop, mine, lock_words.ASK_RELEASE)
    see(lambda: shows(mine, lock_words.SECOND_HERE), mine)
    press(loop, mine, lock_words.SECOND_HERE)
    second = mine.lock_outs.form.second
    second.name.setText("t.gaudin")
    second.password.setText("guess")
    press(loop, mine.lock_outs.form, lock_words.CONFIRM)
    see(lambda: "Mot de passe erroné" in said(mine.lock_outs), mine)
    assert second.password.text() == ""
    second.password.setText("t.gaudin's")
    press(loop, mine.lock_outs.form, lock_words.CONFIRM)
    see(lambda: not mine.lock_outs.held, mine)


def test_that_a_part_shows_the_lock_out_of_what_it_is_in_and_a_supervisor_may_ask_for_an_absent_holder(
    open_plate: Plates,
    see: Callable[..., None],
    loop: asyncio.AbstractEventLoop,
    bench: Staffed,
) -> None:
    loop.run_until_complete(bench.desk.lock_outs.hang("PR-02", "nettoyage", ANN))
    pump = open_plate(SUE, PUMP)
    see(lambda: "posée sur" in said(pump), pump)
    assert locks(pump.context, pump.equipment) == 1
    assert marked(pump.context.attachment, bench.site.equipment_by_id["PR-02"])
    press(loop, pump, lock_words.ASK_FOR_ABSENT)
    pump.lock_outs.form.reason.setText("rentrée chez elle")
    press(loop, pump.lock_outs.form, lock_words.CONFIRM)
    see(lambda: "Levée demandée par Samira Benali" in said(pump), pump)


Two = tuple[Content, Content, Commands, Commands]


@pytest.fixture
def two(open_plate: Plates, bench: Staffed) -> Two:
    """The crossing before Ann and before Ben, and what each of them may command there."""
    bench.put({f"{CROSSING}.mode": 1.0})
    mine, theirs = open_plate(ANN, CROSSING), open_plate(BEN, CROSSING)
    assert mine.commands is not None
    assert theirs.commands is not None
    return mine, theirs, mine.commands, theirs.commands


def test_that_a_command_for_two_is_asked_in_one_window_and_approved_in_another(
    two: Two, see: Callable[..., None], loop: asyncio.AbstractEventLoop
) -> None:
    mine, theirs, ours, others = two
    button = next(control.buttons["all_red"] for control in ours.controls if hasattr(control, "buttons"))

    async def click() -> None:
        button.click()

    loop.run_until_complete(click())
    see(lambda: ours.card is not None, mine)
    see(lambda: [one.outcome for one in others.progress.findChildren(Outcome)][-1:] == ["selected"], theirs)
    assert ours.card is not None
    press(loop, ours.card, Text("Confirmer", "Confirm"))
    see(lambda: ours.approval.isVisibleTo(ours) and others.approval.isVisibleTo(others), mine, theirs)
    assert not shows(ours.approval, Text("Approuver", "Approve"))
    assert "Maëlle Cesbron" in said(others.approval)
    press(loop, others.approval, Text("Approuver", "Approve"))
    see(lambda: not ours.progress.busy and bool(ours.progress.command and ours.progress.command.outcome), mine, theirs)
    steps = [step.step for step in ours.progress.steps]
    assert steps[:6] == ["requested", "checked", "selected", "awaiting", "approved", "journalled"]
    assert "Approuvée par Thierry Gaudin" in [ours.progress._said(step).fr for step in ours.progress.steps[:5]]
    assert not ours.approval.isVisibleTo(ours)


def test_that_an_approval_of_what_its_author_may_no_longer_give_is_refused_before_both(
    two: Two, see: Callable[..., None], loop: asyncio.AbstractEventLoop, bench: Staffed
) -> None:
    mine, theirs, ours, others = two
    number = loop.run_until_complete(bench.desk.submit(Command(CROSSING, "all_red"), ANN))
    see(lambda: others.approval.isVisibleTo(others), mine, theirs)
    bench.desk.rights = lambda user: replace(user, role=Role.VIEWER) if user.id == ANN.id else user
    press(loop, others.approval, Text("Approuver", "Approve"))
    see(lambda: not others.approval.isVisibleTo(others), mine, theirs)
    row = bench.journal.command(number)
    assert row is not None
    assert (row.outcome, row.refused_by) == ("refused", "right")
    see(lambda: "Maëlle Cesbron n'a plus le droit" in said(ours.progress), mine, theirs)
    see(lambda: "Maëlle Cesbron n'a plus le droit" in said(others.progress), mine, theirs)


def test_that_a_command_for_two_is_cancelled_by_who_gave_it_or_approved_at_the_same_seat(
    open_plate: Plates,
    see: Callable[..., None],
    loop: asyncio.AbstractEventLoop,
    bench: Staffed,
) -> None:
    mine = open_plate(ANN, CROSSING)
    assert mine.commands is not None
    commands = mine.commands
    loop.run_until_complete(bench.desk.submit(Command(CROSSING, "all_red"), ANN))
    see(lambda: commands.approval.isVisibleTo(commands), mine)
    press(loop, commands.approval, Text("Annuler l'ordre", ""))
    see(lambda: commands.progress.command is not None and commands.progress.command.refused_by == "cancelled", mine)
    loop.run_until_complete(bench.desk.submit(Command(CROSSING, "all_red"), ANN))
    see(lambda: commands.approval.isVisibleTo(commands), mine)
    press(loop, commands.approval, Text("Approuver ici…", ""))
    press(loop, commands.approval, Text("Approuver", ""))
    assert "nécessaires" in said(commands.approval)
    commands.approval.second.name.setText("s.benali")
    commands.approval.second.password.setText("s.benali's")
    press(loop, commands.approval, Text("Approuver", ""))
    see(lambda: bool(commands.progress.command and commands.progress.command.outcome == "failed"), mine)


def test_that_a_class_a_person_lacks_is_told_before_the_click(open_plate: Plates, bench: Staffed) -> None:
    night = replace(BEN, classes=frozenset({CommandClass.NORMAL}))
    content = open_plate(night, PUMP)
    assert content.commands is not None
    assert "critique" in said(content.commands)


def test_that_the_page_lists_what_stands_and_what_waits(
    qapp: QApplication, bench: Staffed, loop: asyncio.AbstractEventLoop, until: Until
) -> None:
    tasks = Tasks(loop)

    async def make() -> LockOutsPage:
        await bench.desk.lock_outs.hang(PUMP, "roue bouchée", ANN)
        await bench.desk.submit(Command(CROSSING, "all_red"), BEN)
        return LockOutsPage(replace(Seat(bench, ANN).context(tasks.spawn), session=Session(ANN)))

    page = loop.run_until_complete(make())
    page.resize(1400, 800)
    page.show()

    def read() -> bool:
        page.slow()
        return bool(page.locks.rows and page.waiting.rows)

    until(read)
    texts = [page.locks.data(page.locks.index(0, column)) for column in range(page.locks.columnCount())]
    assert "Maëlle Cesbron" in texts
    assert "roue bouchée" in texts
    waits = [page.waiting.data(page.waiting.index(0, column)) for column in range(page.waiting.columnCount())]
    assert "Mettre tout au rouge" in waits
    assert "En attente d'approbation" in waits
    page.close()
    loop.run_until_complete(tasks.close())
    page.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_that_what_left_the_site_is_listed_by_name_and_taken_off_at_the_page(
    qapp: QApplication, bench: Staffed, until: Until, loop: Loop
) -> None:
    tasks = Tasks(loop)
    locks = bench.desk.lock_outs
    number = loop.run_until_complete(locks.hang(PUMP, "roue bouchée", ANN))
    name = Text("Pompe 1 du Doyenné", "Pump 1 of Doyenné")
    row = {"lock": number, "fr": name.fr, "en": name.en, "area": ""}
    bench.writer.submit(lambda base: LockNameTable.insert(row).on_conflict_replace().execute(base)).result()
    stray = {LockOutTable.equipment: "PR-02.OLD"}
    bench.writer.submit(lambda base: LockOutTable.update(stray).execute(base)).result()
    locks.standing[number] = replace(locks.standing[number], equipment="PR-02.OLD", name=name, area="")
    locks._show()

    async def make() -> LockOutsPage:
        page = LockOutsPage(replace(Seat(bench, ANN).context(tasks.spawn), session=Session(ANN)))
        page.resize(1600, 900)
        page.show()
        return page

    page = loop.run_until_complete(make())
    until(lambda: page.slow() is None and bool(page.gone.held) and bool(page.locks.rows))
    said = [label.text() for label in page.gone.findChildren(Label)]
    assert "Pompe 1 du Doyenné (PR-02.OLD) – n'est plus sur le site" in said
    cells = [page.locks.data(page.locks.index(0, column)) for column in range(page.locks.columnCount())]
    assert (cells[0], cells[-1]) == ("Pompe 1 du Doyenné (PR-02.OLD)", "hors du site : ne retient rien")
    assert not page.gone.hang.isVisible()
    press(loop, page.gone, lock_words.ASK_RELEASE)
    until(lambda: page.gone.slow() is None and bool(page.gone.held[0].asked_by))
    press(loop, page.gone, lock_words.SECOND_HERE)
    second = page.gone.form.second
    second.name.setText(BEN.id)
    second.password.setText(f"{BEN.id}'s")
    QTest.mouseClick(page.gone.form.confirm, Qt.MouseButton.LeftButton)
    until(lambda: page.gone.slow() is None and not page.gone.held)
    assert not page._gone_card.isVisible()
    page.close()
    loop.run_until_complete(tasks.close())
    page.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_that_the_status_bar_counts_them_and_a_click_on_it_goes_there(
    qapp: QApplication, bench: Staffed, loop: Loop
) -> None:
    tasks = Tasks(loop)
    went: list[object] = []

    async def make() -> StatusBar:
        context = replace(Seat(bench, ANN).context(tasks.spawn), session=Session(ANN))
        bar = StatusBar(context, Refresh(context.attachment, context.live, context.board, bench.clock))
        bar.asked_for.connect(went.append)
        bar.resize(1920, 28)
        bar.show()
        return bar

    bar = loop.run_until_complete(make())
    assert bar._persons() == []
    loop.run_until_complete(bench.desk.lock_outs.hang("PR-02", "nettoyage", ANN))
    loop.run_until_complete(bench.desk.submit(Command(CROSSING, "all_red"), BEN))
    assert [part.title for part in bar._persons()] == ["À approuver : 1", "Consignés : 1"]
    bar.grab()
    left, right, _ = next(spot for spot in bar._spots if spot[2] == LOCK_OUTS)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(round((left + right) / 2), 14))
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(40, 14))
    assert went == [LOCK_OUTS, LINKS]
    loop.run_until_complete(tasks.close())
    bar.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_that_a_command_for_two_is_given_and_approved_by_the_keyboard_alone(
    open_plate: Plates, see: See, loop: Loop, bench: Staffed
) -> None:
    bench.put({f"{CROSSING}.mode": 1.0})
    mine = open_plate(ANN, CROSSING)
    assert mine.commands is not None
    commands = mine.commands
    mine.activateWindow()
    see(mine.isActiveWindow, mine)
    button = next(control.buttons["all_red"] for control in commands.controls if isinstance(control, Buttons))

    def key(code: Qt.Key, times: int = 1) -> None:
        async def strike() -> None:
            for _ in range(times):
                QTest.keyClick(QApplication.focusWidget() or mine, code)

        loop.run_until_complete(strike())

    def walk(to: QWidget) -> None:
        """Tab until it has the focus; never more than once around."""
        for _ in range(60):
            if QApplication.focusWidget() is to:
                return
            key(Qt.Key.Key_Tab)
        pytest.fail(f"the tab key never reaches {to}")

    walk(button)
    key(Qt.Key.Key_Space)
    see(lambda: commands.card is not None, mine)
    assert commands.card is not None
    assert QApplication.focusWidget() is commands.card.cancel, "the way out is nearer than the way in"
    walk(commands.card.confirm)
    key(Qt.Key.Key_Space)
    approval = commands.approval
    see(lambda: approval.isVisibleTo(commands), mine)
    walk(approval.here)
    key(Qt.Key.Key_Space)
    assert QApplication.focusWidget() is approval.second.name
    QTest.keyClicks(approval.second.name, "t.gaudin")
    key(Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is approval.second.password
    QTest.keyClicks(approval.second.password, "t.gaudin's")
    key(Qt.Key.Key_Return)
    see(lambda: bool(commands.progress.command and commands.progress.command.outcome), mine)
    assert "approved" in [step.step for step in commands.progress.steps]
