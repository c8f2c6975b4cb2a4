"""Runner: takes a round through its stages. It asks the Desk like anybody else, and writes nothing to the field itself.

    release ─> for each target of the stage:  asking (on disk) ─> Desk.submit ─> asked (on disk) ─> outcome (on disk)
                 four at a time, five a second                                        │
               too many not done ─> stopped              all of the stage ─> held until somebody looks; the last: done

Rules:
- A target is asked once, and never again: not after a stop, not after a restart, whatever became of it.
- It is on disk that a target is being asked before it is. After a kill the ledger tells whether it was.
- The commands of a stage go in the name of who released it; the desk asks for each what that person may do by then.
  Where their rights were withdrawn the round is stopped, and what had not left waits for somebody else.
- A stop is at once. What has left ends by itself, and its outcome is kept.
- A station that starts finds every running round stopped: nothing goes on because a machine came back.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from supervisor.clock import Clock
from supervisor.desk.desk import Desk
from supervisor.desk.order import Command, find
from supervisor.errors import Refused, StoreError
from supervisor.journal import CommandRow, JournalReader
from supervisor.model import NO_TEXT, Role, Site, Text, User
from supervisor.rounds.plan import Choice
from supervisor.rounds.stages import tolerated
from supervisor.rounds.states import Event, Mark, NoSuchRow, State
from supervisor.rounds.store import Round, Store, Target
from supervisor.rounds.trial import Trial, two_persons

AT_ONCE = 4
PACE_S = 0.2
"""Between two commands: five a second, so that a gateway with thirty cabinets behind it keeps up."""
RECENT = 50
"""Commands of an equipment among which that of a round is looked for."""

log = logging.getLogger(__name__)


@dataclass
class Run:
    """One stage under way."""

    round: Round
    user: User
    allowed: int
    """How many targets may be not done."""
    newest: int
    """The newest command of the ledger before it began."""
    wrong: int = 0
    broken: Text = NO_TEXT
    """Why nothing more is asked, whatever became of the targets."""
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def goes_on(self) -> bool:
        return self.round.state is State.RUNNING and self.wrong <= self.allowed and not self.broken.fr


class Runner:
    """See the module. `restore` before anything else; `stop` before the desk stops."""

    def __init__(self, site: Site, desk: Desk, store: Store, reader: JournalReader, clock: Clock) -> None:
        self._site, self._desk, self._store, self._reader, self._clock = site, desk, store, reader, clock
        self.rounds: dict[int, Round] = {one.number: one for one in store.open()}
        """Those that are not over."""
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def restore(self) -> None:
        """Take over what another station left: find out what became of what it was asking, and stop. Once the desk has
        closed what that one left open in the ledger."""
        for one in self.rounds.values():
            try:
                for target in [target for target in one.targets if target.state.under_way]:
                    await self._settle(one, target)
                if one.state is State.RUNNING:
                    await self._store.move(one, Event.STOP, "", RESTARTED)
            except StoreError as error:
                log.error("Round %d can't be taken over: %s", one.number, error)

    async def stop(self) -> None:
        """Ask for nothing more; what has left goes on at the desk. The next station finds the rounds stopped."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    # ------------------------------------------------------------ what people do
    async def plan(self, trial: Trial, choice: Choice, user: User) -> Round:
        """Keep a dry run as a round. Raises Refused."""
        operator(user)
        one = await self._store.keep(trial, choice, user)
        self.rounds[one.number] = one
        return one

    async def release(self, number: int, stage: int, user: User) -> None:
        """Let a stage go, counted from 0: the one whose number the person saw. Raises Refused."""
        operator(user)
        one = self.find(number)
        if number in self._tasks:
            raise Refused("busy", UNDER_WAY)
        if one.stage < 0:
            raise Refused("empty", NOTHING_WAITS)
        if one.stage != stage:
            raise Refused("gone", OTHER_STAGE)
        self._check_right(one, user)
        before = one.targets
        newest = await asyncio.to_thread(self._reader.commands, 1)
        await self._move(one, Event.RELEASE, user)
        waiting = [target for target in before if target.stage == stage and target.state is Mark.WAITING]
        proved = any(target.state is Mark.DONE and target.stage < stage for target in before)
        run = Run(one, user, tolerated(len(waiting), proved), newest[0].id if newest else 0)
        task = asyncio.create_task(self._run(run, waiting), name="round")
        self._tasks[number] = task
        task.add_done_callback(lambda done: self._done(number, done))

    async def halt(self, number: int, user: User) -> None:
        """A person stops it; at once. Raises Refused."""
        operator(user)
        why = Text(f"Arrêtée par {user.name}.", f"Stopped by {user.name}.")
        await self._move(self.find(number), Event.STOP, user, why)

    async def end(self, number: int, user: User) -> None:
        """A person lets the rest go. Raises Refused."""
        operator(user)
        one = self.find(number)
        if number in self._tasks:
            raise Refused("busy", UNDER_WAY)
        await self._move(one, Event.END, user)
        self.rounds.pop(number, None)

    def find(self, number: int) -> Round:
        """One that is not over. Raises Refused."""
        one = self.rounds.get(number)
        if one is None:
            raise Refused("gone", OVER)
        return one

    def busy(self, number: int) -> bool:
        """Whether something of it is still under way."""
        return number in self._tasks

    async def _move(self, one: Round, event: Event, user: User, reason: Text = NO_TEXT) -> None:
        try:
            await self._store.move(one, event, user.id, reason)
        except NoSuchRow as error:
            raise Refused("gone", NOT_NOW) from error

    def _check_right(self, one: Round, user: User) -> None:
        targets = [target for target in one.of(one.stage) if target.state is Mark.WAITING]
        denied = 0
        for target in targets:
            thing = self._site.equipment_by_id.get(target.equipment)
            spec = thing.type.commands.get(one.wish.command) if thing else None
            denied += bool(thing and spec and not self._desk.people.may(user, spec, thing))
        if denied:
            raise Refused("right", _denied(denied, len(targets)))

    # ------------------------------------------------------------ a stage
    async def _run(self, run: Run, waiting: list[Target]) -> None:
        flying: set[asyncio.Task[None]] = set()
        try:
            for target in waiting:
                await run.slots.acquire()
                if not run.goes_on:
                    break
                flying.add(asyncio.create_task(self._fly(run, target), name="round target"))
                await self._clock.sleep(PACE_S)
            await asyncio.gather(*flying)
        finally:
            for task in flying:
                task.cancel()
            await asyncio.gather(*flying, return_exceptions=True)
        await self._close(run)

    async def _fly(self, run: Run, target: Target) -> None:
        """One target, from asking to its outcome."""
        try:
            await self._ask(run, target)
        except StoreError as error:
            log.error("Round %d stops: %s", run.round.number, error)
            run.broken = UNWRITTEN
        except Exception:
            log.exception("Round %d stops", run.round.number)
            run.broken = BUG
        finally:
            run.wrong += target.state in (Mark.REFUSED, Mark.FAILED, Mark.UNKNOWN)
            run.slots.release()

    async def _ask(self, run: Run, target: Target) -> None:
        one, turn = run.round, self._store.turn
        command = Command(target.equipment, one.wish.command, one.wish.value)
        await turn(one, target, Mark.ASKING, run.newest)
        try:
            if refused := two_persons(find(self._site, command)):
                raise refused
            number = await self._desk.submit(command, run.user)
        except Refused as refused:
            if refused.check == "right":  # whoever released it had the right to all of them: it was withdrawn since
                run.broken = refused.text
                await turn(one, target, Mark.WAITING, 0)
            else:
                await turn(one, target, Mark.REFUSED, 0, refused.text)
            return
        await turn(one, target, Mark.ASKED, number)
        await self._tell(one, target, number)

    async def _tell(self, one: Round, target: Target, number: int) -> None:
        try:
            outcome = await self._desk.outcome(number)
        except KeyError:  # it ended before it was asked about
            row = await asyncio.to_thread(self._reader.command, number)
            await self._copy(one, target, row)
            return
        await self._store.turn(one, target, Mark(outcome.stage.value), number, outcome.reason)

    async def _close(self, run: Run) -> None:
        """The stage is over: as many as its rows allow."""
        one, left = run.round, any(target.state is Mark.WAITING for target in run.round.targets)
        if one.state is not State.RUNNING:
            return
        try:
            if run.broken.fr:
                await self._store.move(one, Event.STOP, "", run.broken)
            elif not left:
                await self._store.move(one, Event.LAST, run.user.id)
                self.rounds.pop(one.number, None)
            elif run.wrong > run.allowed:
                await self._store.move(one, Event.STOP, "", _wrong(run.wrong))
            else:
                await self._store.move(one, Event.THROUGH, run.user.id)
        except StoreError:
            await self._store.move(one, Event.STOP, "", UNWRITTEN)

    def _done(self, number: int, task: asyncio.Task[None]) -> None:
        self._tasks.pop(number, None)
        if not task.cancelled() and task.exception():
            log.error("A round failed", exc_info=task.exception())

    # ------------------------------------------------------------ after a restart
    async def _settle(self, one: Round, target: Target) -> None:
        """What became of a target that was being asked when the station died: the ledger knows."""
        if target.state is Mark.ASKED:
            await self._copy(one, target, await asyncio.to_thread(self._reader.command, target.command))
            return
        rows = await asyncio.to_thread(self._reader.commands, RECENT, target.equipment, target.command)
        ours = (row for row in rows if (row.command, row.who) == (one.wish.command, one.released_by))
        row = next((row for row in ours if (row.outcome, row.refused_by) != ("refused", "right")), None)  # as in `_ask`
        if row is None:
            await self._store.turn(one, target, Mark.WAITING, 0)
        else:
            await self._copy(one, target, row)

    async def _copy(self, one: Round, target: Target, row: CommandRow | None) -> None:
        """The outcome as the ledger has it; unknown where it has none."""
        to = Mark(row.outcome) if row and row.outcome else Mark.UNKNOWN
        reason = Text(row.reason_fr, row.reason_en) if row else NO_TEXT
        await self._store.turn(one, target, to, row.id if row else target.command, reason)


def operator(user: User) -> None:
    """Raises Refused for who may only look."""
    if user.role < Role.OPERATOR:
        raise Refused("right", NO_RIGHT)


RESTARTED = Text(
    "Le poste a redémarré pendant l'étape : vérifiez, puis relancez ce qui attend.",
    "The station restarted during the stage: check, then release what waits.",
)
UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : rien de plus n'est demandé.",
    "The journal cannot be written: nothing more is asked for.",
)
BUG = Text(
    "Erreur interne : rien de plus n'est demandé. Les détails sont dans le fichier de suivi du poste.",
    "Internal error: nothing more is asked for. The details are in the log of the station.",
)
NO_RIGHT = Text("Il faut être opérateur pour une commande groupée.", "A round takes the role operator.")
OVER = Text("Cette commande groupée est terminée, ou n'existe pas.", "This round is over, or does not exist.")
NOT_NOW = Text(
    "Cela n'est plus possible : quelqu'un d'autre vient d'agir sur cette commande groupée.",
    "That is no longer possible: somebody else has just acted on this round.",
)
UNDER_WAY = Text(
    "Des commandes sont encore en cours : attendez leur résultat.", "Commands are still under way: wait for them."
)
NOTHING_WAITS = Text(
    "Plus aucun équipement n'attend : terminez cette commande groupée.", "No equipment waits any more: end this round."
)
OTHER_STAGE = Text(
    "Ce n'est plus cette étape qui attend : regardez où en est la commande groupée.",
    "It is no longer this stage that waits: look how far the round has come.",
)


def _denied(count: int, of: int) -> Text:
    return Text(
        f"Vous n'avez pas le droit de donner cette commande à {count} des {of} équipements de l'étape.",
        f"You have no right to give this command to {count} of the {of} equipment of the stage.",
    )


def _wrong(count: int) -> Text:
    return Text(
        f"Arrêt automatique : {count} commande{'s' if count > 1 else ''} non exécutée{'s' if count > 1 else ''}.",
        f"Stopped by itself: {count} command{'s' if count > 1 else ''} not done.",
    )
