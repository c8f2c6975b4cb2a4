"""Desk: takes commands, and proves what became of them.

    submit ─> find ─> checks ─> ledger (journal) ─> id
                                   └─> write ─> read-back ─> confirmation ─> outcome     (`supervisor.desk.carry`)

    select ──> selected ──operate──┐                  a critical command waits for the person who selected it
    submit ────────────────────────┴─> awaiting ──approve──> carried      and one for two persons for the second

Rules:
- Nothing is written to the field before it is in the journal; where the journal can't be written nothing is (law 3).
- Rights, lock-outs, interlocks and permissives hold when the write leaves, not only when the operator asked; of a
  command for two persons, the rights of both.
- A write is tried once. Whatever is not clear ends as unknown, and is never tried again.
- One command at a time per equipment, from the checks, or the selection, to the outcome. An emergency waits for none:
  what waits for a person is turned down by it, what has not left does not any more, what has left ends by itself.
- Before a critical command leaves, who gives it is asked about anew where somebody else knows them (`renew`).
- What waits for a person lapses by itself, and can be cancelled; what was sent can't.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from supervisor.clock import Clock
from supervisor.columns import Columns
from supervisor.desk import board, trial
from supervisor.desk.carry import Carriage, Run
from supervisor.desk.carry import Carrier as Carrier
from supervisor.desk.checks import Now, Scene, Standing, Turn, again, as_given, check
from supervisor.desk.demands import spec_of
from supervisor.desk.desk_words import (
    GONE,
    LATE,
    NOT_YOURS,
    OVERTAKEN,
    SENT,
    STOPPED,
    UNSENT,
    UNWRITTEN,
    lapsed,
    no_right,
)  # fmt: skip
from supervisor.desk.ledger import Ledger, Outcome, Step
from supervisor.desk.lock_outs import LockOuts
from supervisor.desk.notes import Notes
from supervisor.desk.order import Command, Order, find
from supervisor.desk.second import second
from supervisor.desk.states import Stage, step
from supervisor.errors import Refused, StoreError
from supervisor.flow import Change
from supervisor.journal import Entry, Journal, safe
from supervisor.model import CommandClass, Role, Site, Text, User
from supervisor.people import People

LATEST_S = 5.0
"""A command that waited longer than this for the journal is not written any more: nobody expects it now."""

T = TypeVar("T")
log = logging.getLogger(__name__)


class Desk:
    """See the module. Give `absorb` every change; `stop` before the journal closes."""

    def __init__(
        self,
        site: Site,
        table: Columns,
        links: Mapping[str, Carrier],
        journal: Journal,
        clock: Clock,
        lock_outs: LockOuts | None = None,
    ) -> None:
        """`table` are the columns of the tag table; `links` may fill up later."""
        self.people = People(site)
        self.ledger = Ledger(journal, site, clock)
        self.notes = Notes(site, self.people, journal)
        self.lock_outs = lock_outs or LockOuts(site, journal, clock)
        self.rights: Now = as_given
        """What who asked may do by now; set at assembly where a station has accounts."""
        self.renew: Callable[[User], Awaitable[None]] = _known
        """Asks anew who somebody is; set at assembly likewise."""
        self._site = site
        self._table = table
        self._links = links
        self._journal = journal
        self._clock = clock
        self._carriage = Carriage(site, table, links, clock, self._note)
        self._busy: dict[str, list[Turn]] = {}
        self._held: dict[int, tuple[Run, asyncio.Task[Any]]] = {}
        """Commands that wait for a person, and the task that ends the waiting."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._outcomes: dict[int, asyncio.Future[Outcome]] = {}

    # ------------------------------------------------------------ asking
    async def submit(self, command: Command, user: User) -> int:
        """The command's id, once it is checked and journalled; it goes on by itself. Raises Refused.

        One that is selected before it is operated is both at once: whoever asks for it this way (a round, a
        schedule) has made sure in another. One for two persons waits for the second. A caller that stops waiting
        does not stop the command.
        """
        return await asyncio.shield(self._spawn(self._submit(command, user)))

    async def select(self, command: Command, user: User) -> int:
        """Reserve the equipment for this command; it lapses unless it is operated in time. Raises Refused."""
        return await asyncio.shield(self._spawn(self._submit(command, user, selecting=True)))

    async def operate(self, command_id: int, user: User) -> None:
        """Let a selected command go. Raises Refused: it lapsed, is another's, or may not leave any more."""
        await asyncio.shield(self._spawn(self._operate(command_id, user)))

    async def approve(self, command_id: int, user: User, proof: tuple[str, str] = ("", "")) -> None:
        """The second person agrees; `proof` as in `supervisor.desk.second`. Raises Refused."""
        await asyncio.shield(self._spawn(self._approve(command_id, user, proof)))

    async def decline(self, command_id: int, user: User, proof: tuple[str, str] = ("", "")) -> None:
        """The second person does not agree. Raises Refused."""
        await asyncio.shield(self._spawn(self._decline(command_id, user, proof)))

    async def cancel(self, command_id: int, user: User) -> None:
        """Take back a command that waits for a person. Raises Refused: what was sent can't be taken back."""
        await asyncio.shield(self._spawn(self._cancel(command_id, user)))

    def refusal(self, command: Command, user: User) -> Refused | None:
        """Why this command would be refused now, without asking for it; for a dry run."""
        try:
            check(self._scene(command, user))
        except Refused as refused:
            return refused
        return None

    def selective(self, command: Command) -> bool:
        """Whether it is selected before it is operated."""
        equipment = self._site.equipment_by_id.get(command.equipment)
        spec = spec_of(self._site, equipment, command.command) if equipment else None
        return spec is not None and spec.select_s > 0

    async def outcome(self, command_id: int) -> Outcome:
        """What became of a command of this station that is still under way, once it is known.

        Raises KeyError for any other: the ledger tells of those.
        """
        return await asyncio.shield(self._outcomes[command_id])

    async def examine(self, tag: str, user: User) -> Mapping[str, Any]:
        """One tag as its controller gives it now; see `supervisor.desk.trial`. Raises Refused."""
        return await trial.examine(self._site, self._links, self.people, tag, user)

    def absorb(self, change: Change) -> None:
        """Look whether a command under way is answered."""
        self._carriage.absorb(change)

    async def stop(self) -> None:
        """Break off what is under way; its outcome is unknown. What still waits for a person was never sent."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for number in list(self._held):
            await self._turn_down(self._held.pop(number)[0], Refused("stopped", UNSENT))
        for waiting in self._outcomes.values():  # of commands whose task was cancelled before its first turn
            waiting.set_result(Outcome(Stage.UNKNOWN, STOPPED))
        self._outcomes.clear()

    # ------------------------------------------------------------ taking in
    async def _submit(self, command: Command, user: User, selecting: bool = False) -> int:
        requested, begun = self._clock.now(), self._clock.monotonic()
        try:
            if not self.ledger.recovered.done():
                await _kept(safe(self.ledger.recovered))
            await self._renewed(find(self._site, command), user)
            scene = self._scene(command, user)
            read = check(scene)
        except Refused as refused:
            await self._tell_refused(command, user, requested, refused)
            raise
        spec, stages = scene.order.spec, _stages(scene, selecting)
        turn = Turn(user.name, spec.id, spec.class_ is CommandClass.EMERGENCY)
        self._busy.setdefault(scene.order.equipment.id, []).append(turn)
        try:
            page = await _kept(safe(self.ledger.open(scene.order, user, requested, read, stages)))
        except BaseException:
            self._free(scene.order, turn)
            raise
        turn.number = page.id
        self._outcomes[page.id] = asyncio.get_running_loop().create_future()
        self._begin(Run(scene, page, stages[-1], turn), self._clock.monotonic() - begun > LATEST_S)
        if turn.urgent:
            self._overtake(scene.order)
        return page.id

    def _overtake(self, order: Order) -> None:
        """Nothing that was asked of this equipment before an emergency leaves after it; another emergency does."""
        for turn in self._busy[order.equipment.id]:
            turn.overtaken = not turn.urgent
        for run in [run for run, _ in self._held.values() if run.turn.overtaken]:
            self._unhold(run)
            self._spawn(self._turn_down(run, Refused("emergency", OVERTAKEN)))

    async def _renewed(self, order: Order, *people: User) -> None:
        for one in people if order.spec.class_ is CommandClass.CRITICAL else ():
            await self.renew(one)

    def _begin(self, run: Run, late: bool) -> None:
        """Go on from the stage that is written: wait for a person, or off to the field."""
        if run.turn.overtaken:
            held = run.stage is not Stage.JOURNALLED
            self._spawn(self._turn_down(run, Refused("emergency", OVERTAKEN)) if held else self._carry(run, late))
            return
        awaiting = run.stage is Stage.AWAITING
        board.occupy(self.lock_outs.board, run.order.equipment, run.page.id, awaiting)
        if run.stage is Stage.JOURNALLED:
            self.ledger.given[run.order.equipment.id, run.order.spec.id] = self._clock.now()
            self._spawn(self._carry(run, late))
            return
        within_s = run.order.spec.select_s if run.stage is Stage.SELECTED else run.order.spec.approval_s
        self._held[run.page.id] = (run, self._spawn(self._lapse(run, within_s)))

    def _scene(self, command: Command, user: User) -> Scene:
        order = find(self._site, command)
        return Scene(self._site, self.people, self._table, order, user, self._busy, self._standing())

    def _standing(self) -> Standing:
        return Standing(
            self.lock_outs.holds, self.ledger.given, self._clock.now(), lambda user: self.rights(user), self._connected
        )

    def _connected(self, link: str) -> bool:
        """Whether it is up; of one that nobody runs the write tells."""
        return link not in self._links or self._links[link].connected

    async def _tell_refused(self, command: Command, user: User, requested: int, refused: Refused) -> None:
        """Keep the refusal. The operator reads it in any case, whatever the disk does."""
        try:
            await safe(self.ledger.refuse(command, user, requested, refused))
        except StoreError as error:
            log.error("A refused command is not in the ledger: %s", error)

    # ------------------------------------------------------------ waiting for a person
    async def _operate(self, number: int, user: User) -> None:
        run = self._waiting(number, Stage.SELECTED)
        if run.scene.user.id != user.id:
            raise self._noted(Refused("right", NOT_YOURS), number, user, "operate")
        await self._renewed(run.order, user)
        run = self._waiting(number, Stage.SELECTED)  # it may have lapsed meanwhile
        run.scene = replace(run.scene, user=user)  # with the rights of now, not those of the selection
        await self._go_on(run, [Stage.AWAITING] if run.order.spec.approval > 1 else [Stage.JOURNALLED])

    async def _approve(self, number: int, user: User, proof: tuple[str, str]) -> None:
        run, person = await self._second(number, user, proof, "approve")
        run.scene = replace(run.scene, second=person)
        try:
            await self._go_on(run, [Stage.APPROVED, Stage.JOURNALLED], {"by": person.id, "seat": user.id}, person.id)
        except Refused as refused:
            if refused.check == "journal":
                raise
            raise self._noted(refused, number, person, "approve", run) from None

    async def _decline(self, number: int, user: User, proof: tuple[str, str]) -> None:
        run, person = await self._second(number, user, proof, "decline")
        self._unhold(run)
        declined = Text(f"Non approuvée par {person.name}.", f"Not approved by {person.name}.")
        await self._turn_down(run, Refused("declined", declined), person.id)

    async def _cancel(self, number: int, user: User) -> None:
        if number not in self._held:
            refused = Refused("sent", SENT) if number in self._outcomes else Refused("gone", GONE)
            raise self._noted(refused, number, user, "cancel")
        run, _ = self._held[number]
        own = run.scene.user.id == user.id
        if not own and not self.people.holds(user, Role.SUPERVISOR, run.order.equipment.area):
            raise self._noted(Refused("right", NOT_YOURS), number, user, "cancel")
        self._unhold(run)
        cancelled = Text(f"Annulée par {user.name} avant l'envoi.", f"Cancelled by {user.name} before it was sent.")
        await self._turn_down(run, Refused("cancelled", cancelled), user.id)

    async def _second(self, number: int, user: User, proof: tuple[str, str], act: str) -> tuple[Run, User]:
        """The command that waits for approval, and the second person, who may give it too. Raises Refused."""
        run = self._waiting(number, Stage.AWAITING)
        try:
            person = await second((run.scene.user.id,), user, proof, self.lock_outs.prove)
            await self._renewed(run.order, run.scene.user, person)
            if not self.people.may(person, run.order.spec, run.order.equipment):
                raise Refused("right", no_right(person))
        except Refused as refused:
            raise self._noted(refused, number, user, act) from None
        return self._waiting(number, Stage.AWAITING), person  # it may have gone while a password was checked

    def _waiting(self, number: int, stage: Stage) -> Run:
        held = self._held.get(number)
        if held is None or held[0].stage is not stage:
            raise Refused("gone", GONE)
        return held[0]

    async def _go_on(
        self, run: Run, stages: Sequence[Stage], detail: Mapping[str, Any] | None = None, who: str = ""
    ) -> None:
        """Check everything once more, write the steps, and go on. What may not leave any more ends here."""
        self._unhold(run)
        begun = self._clock.monotonic()
        try:
            read = again(replace(run.scene, standing=self._standing()))
            said = {"interlocks": read, **(detail or {})}
            steps = [Step(one, self._clock.now(), detail=said if one is stages[0] else None, who=who) for one in stages]
            reached = run.stage
            for one in stages:
                reached = step(reached, one)
            await _kept(safe(self.ledger.go_on(run.page, run.order, steps)))
        except Refused as refused:
            await self._turn_down(run, refused)
            raise
        run.stage = reached
        self._begin(run, self._clock.monotonic() - begun > LATEST_S)

    async def _lapse(self, run: Run, within_s: float) -> None:
        await self._clock.sleep(within_s)
        self._held.pop(run.page.id, None)
        await self._turn_down(run, lapsed(run.stage, within_s))

    def _unhold(self, run: Run) -> None:
        _, lapse = self._held.pop(run.page.id)
        lapse.cancel()

    async def _turn_down(self, run: Run, refused: Refused, who: str = "") -> None:
        await self._close(run, Outcome(Stage.REFUSED, refused.text), refused.check, who)

    def _noted(self, refused: Refused, number: int, user: User, act: str, run: Run | None = None) -> Refused:
        """The same, with a row of the journal."""
        run = self._held[number][0] if number in self._held else run
        place = (run.page.equipment, run.page.area) if run else ("", "")
        self._journal.append(Entry("access", "refused", user.id, *place, refused.check, {"act": act, "id": number}))
        return refused

    # ------------------------------------------------------------ to the outcome
    async def _carry(self, run: Run, late: bool) -> None:
        outcome = Outcome(Stage.UNKNOWN, STOPPED)
        try:
            if run.turn.overtaken:
                outcome = Outcome(Stage.FAILED, OVERTAKEN, "emergency")
            else:
                outcome = Outcome(Stage.FAILED, LATE) if late else await self._carriage.carry(run)
        finally:
            await self._close(run, outcome)

    async def _close(self, run: Run, outcome: Outcome, check: str = "", who: str = "") -> None:
        """Written first, known afterwards; a disk that is full keeps it from the ledger, never from the operator."""
        step(run.stage, outcome.stage)
        try:
            await safe(self.ledger.close(run.page, outcome, check or outcome.check, who))
        except StoreError as error:
            log.error("Command %d ended as %s, which is not in the ledger: %s", run.page.id, outcome.stage, error)
        finally:
            self._free(run.order, run.turn)
            self._outcomes.pop(run.page.id).set_result(outcome)

    def _free(self, order: Order, turn: Turn) -> None:
        """Its turn is over; an emergency, or what it overtook, may still have one there."""
        left = self._busy[order.equipment.id]
        left.remove(turn)
        if not left:
            del self._busy[order.equipment.id]
        if turn.number:
            board.occupy(self.lock_outs.board, order.equipment, left[-1].number if left else 0)

    def _note(self, run: Run, stage: Stage, detail: Mapping[str, Any] | None = None) -> None:
        """A step of a command that is already in the journal: if it can't be kept, the command goes on all the same."""
        run.stage = step(run.stage, stage)
        self.ledger.step(run.page, stage, detail)

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(coroutine, name="desk")
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        """A refusal is the caller's, and no bug where the caller has gone away."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, Refused):
            log.error("The desk failed", exc_info=error)


async def _known(user: User) -> None:
    """For a desk whose people are all known here."""


async def _kept(writing: Coroutine[Any, Any, T]) -> T:
    """What a writer answers; Refused where the journal can't be written."""
    try:
        return await writing
    except StoreError as error:
        raise Refused("journal", UNWRITTEN) from error


def _stages(scene: Scene, selecting: bool) -> list[Stage]:
    """What a command is taken through at once, after its checks."""
    spec = scene.order.spec
    selected = [Stage.SELECTED] if spec.select_s or selecting else []
    if selecting:
        return selected
    return [*selected, Stage.AWAITING if spec.approval > 1 else Stage.JOURNALLED]
