"""OpcuaDriver: one OPC UA server.

    connect ── namespaces, limits ── browse paths to nodes ── subscribe ── listen · mend · watch · renew   (until lost)

Every task starts and ends in `run`, and a notification of a thousand values becomes one Batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from drivers.opcua.examine import examine
from drivers.opcua.items import items_of
from drivers.opcua.session import Plan, Session
from drivers.opcua.subscription import Subscription
from drivers.opcua.wire import Wire
from supervisor.clock import Clock
from supervisor.driver import Examined, Publish, Traffic
from supervisor.errors import LinkLost, ReadFailed, WriteFailed
from supervisor.flow import Batch
from supervisor.model import LinkSpec, Tag
from supervisor.vault import Vault


class OpcuaDriver:
    """See the module and `supervisor.driver.Driver`."""

    def __init__(self, link: LinkSpec, tags: Sequence[Tag], clock: Clock, traffic: Traffic, vault: Vault) -> None:
        self._link = link
        self._clock = clock
        self._traffic = traffic
        self._vault = vault
        self._plan = Plan(tags, items_of(tags), clock)
        self._session: Session | None = None
        self._kept: list[Subscription] = []
        """What a broken connection left on the server: it goes on there for a while, and may be taken over."""
        self._started: Any = None
        """When that server started."""

    async def run(self, publish: Publish, up: Callable[[], None]) -> None:
        wire = Wire(self._link, self._clock, self._traffic, self._vault)
        session = Session(wire, self._plan, self._clock)
        try:
            await wire.open()
            await session.find(self._kept, self._started)
            self._session = session
            self._plan.history.connect()
            up()
            works = session.work(self._noted(publish))
            await _first_end([asyncio.create_task(work) for work in works])
        finally:
            if self._session is not None:
                self._kept = list(session.subscriptions.all.values()) if wire.broken else []
                self._started = session.nodes.started
            self._session = None
            await wire.close()

    def _noted(self, publish: Publish) -> Publish:
        """What is published is seen by the history first, where there is any."""
        history = self._plan.history
        if not history:
            return publish

        def note(batch: Batch) -> None:
            if not batch.historical:
                history.note(batch)
            publish(batch)

        return note

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        if self._session is None:
            raise WriteFailed(f"link {self._link.id} is not connected")
        await self._session.write(tag, raw, timeout_s)

    async def acknowledge(self, tag: Tag, comment: str, timeout_s: float) -> None:
        """See `supervisor.driver.RunsAlarms`."""
        if self._session is None:
            raise WriteFailed(f"link {self._link.id} is not connected")
        await self._session.alarms.acknowledge(tag, comment, timeout_s)

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """See `supervisor.driver.Examiner`."""
        if self._session is None:
            raise ReadFailed(f"link {self._link.id} is not connected")
        if tag.index in self._plan.conditions.of:
            return self._session.alarms.examine(tag)
        return await examine(self._session.nodes, tag, timeout_s)


async def _first_end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait for the first of `tasks` to fail, end the others, and raise what ended it; LinkLost before anything else.

    Not a TaskGroup: on Python 3.11 one leaves its own cancellation counted against the caller, who could then not
    tell whether he was cancelled himself.
    """
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await _end(tasks)
    errors = [error for task in tasks if not task.cancelled() and (error := task.exception())]
    for error in sorted(errors, key=lambda error: not isinstance(error, LinkLost)):
        raise error


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel `tasks` and wait until all are gone, even when cancelled meanwhile."""
    asked = False
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=0.5)  # and cancel again: wait_for may lose one on Python 3.11
        except asyncio.CancelledError:
            asked = True
    for task in tasks:
        if not task.cancelled():
            task.exception()  # seen: the loop need not report it when nobody waits for it any more
    if asked:
        raise asyncio.CancelledError
