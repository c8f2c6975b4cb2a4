"""The demo city behind a window, in process: real site, columns, alarm engine, journal and ledger; no field."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import drivers
from supervisor.clock import HandClock
from supervisor.desk.ledger import Ledger, Outcome, Page, Step
from supervisor.desk.order import Command, Order, find
from supervisor.desk.states import Stage
from supervisor.flow import Batch
from supervisor.model import Kind, Quality, Role, Site, Text, User
from supervisor.site import load
from tests.ui.town import TownStation
from ui.board import Board
from ui.live import Live
from ui.look import Look
from ui.pages import Context
from ui.seat import Session
from ui.tasks import Spawn

ANGERS = Path(__file__).resolve().parents[2] / "sites" / "angers"
OPERATOR = User("op", "A. Laurent", Role.OPERATOR)


@cache
def angers() -> Site:
    return load(ANGERS, drivers.TABLE)


class Bench(TownStation):
    """A `TownStation` of Angers whose `submit` writes the real ledger; the test says what becomes of a command."""

    def __init__(self, folder: Path, clock: HandClock) -> None:
        super().__init__(angers(), folder, clock)
        self.ledger = Ledger(self.writer, self.site, clock)
        self.pages: dict[int, Page] = {}
        self.orders: dict[int, Order] = {}

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        if act not in ("submit", "select", "operate", "cancel"):
            return await super().ask(act, **words)
        self.asked.append((act, words))
        if self.refusal:
            raise self.refusal
        if act in ("submit", "select"):
            return {"id": await self._open(act, words)}
        page, order = self.pages[words["id"]], self.orders[words["id"]]
        if act == "operate":
            await asyncio.wrap_future(self.ledger.go_on(page, order, [Step(Stage.JOURNALLED, self.clock.now())]))
        else:
            await asyncio.wrap_future(self.ledger.close(page, Outcome(Stage.REFUSED), "cancelled"))
        return {}

    async def _open(self, act: str, words: Mapping[str, Any]) -> int:
        order = find(self.site, Command(words["equipment"], words["command"], words.get("value")))
        stages = [Stage.SELECTED] if act == "select" else [Stage.JOURNALLED]
        page = await asyncio.wrap_future(self.ledger.open(order, OPERATOR, self.clock.now(), {}, stages))
        self.pages[page.id], self.orders[page.id] = page, order
        return page.id

    def step(self, command: int, stage: Stage) -> None:
        self.ledger.step(self.pages[command], stage).result()

    def end(self, command: int, stage: Stage, reason: str = "") -> None:
        self.ledger.close(self.pages[command], Outcome(stage, Text(reason, reason))).result()

    def put(self, values: Mapping[str, float], quality: int = Quality.GOOD) -> None:
        """Values by tag id in engineering units."""
        tags = [self.site.tag_by_id[id_] for id_ in values]
        raw = [
            (value - tag.source.offset) / tag.source.scale if tag.source else value
            for tag, value in zip(tags, values.values(), strict=True)
        ]
        lost = [float("nan")] * len(raw) if quality >= Quality.BAD else raw
        change = self.tags.apply(
            Batch.of([tag.index for tag in tags], lost, self.clock.now(), quality), self.clock.now()
        )
        self.engine.absorb(change)
        self.engine.tick()
        self.beat()

    def calm(self) -> None:
        """A plausible value for every tag, everything in its first state."""
        values: dict[str, float] = {}
        for tag in self.site.tags:
            spec = tag.spec
            if spec.states:
                values[tag.id] = 1.0 if spec.id in ("supply", "connected", "online") else spec.states[0].value
            elif spec.kind in (Kind.TEXT, Kind.COUNTER):
                values[tag.id] = 0.0
            else:
                ends = np.array([spec.normal_low, spec.normal_high, spec.low, spec.high])
                known = ends[~np.isnan(ends)][:2]
                values[tag.id] = float(known.mean()) if len(known) == 2 else 1.0
        self.put(values)

    def context(self, spawn: Spawn, theme: str = "light", language: str = "fr") -> Context:
        live, board = Live(self.table), Board(self.site, self.alarms)
        live.pull(self.clock.now())
        board.pull()
        return Context(
            attachment=self,
            live=live,
            board=board,
            look=Look(self.site.zone, theme, language),
            spawn=spawn,
            session=Session(OPERATOR),
            clock=self.clock,
            navigate=lambda _: None,
        )
