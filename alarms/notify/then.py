"""Then: what was told to whom, and whose turn it was, at an instant of the past; from the file alone, by any process.

Contacts and turns are those of notify.toml as it is today. A notice that came to its end later still waited.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alarms.notify.acts import LATEST, on_duty, told
from alarms.notify.notice import Key, Notice, State
from alarms.notify.store import NoticeTable
from supervisor.database import snapshot
from supervisor.on_call import OnCall, wall_clock


def notices(on_call: OnCall, path: Path, instant: int, zone: ZoneInfo) -> Mapping[str, Any]:
    """As the act `notices`. Raises StoreError where the file can't be read."""
    found = _latest(path, instant) if path.exists() else []
    waiting = sum(one.state is State.WAITING for one in found)
    shown = {"failing": 0, "waiting": waiting, "notices": [told(one) for one in found]}
    return {**on_duty(on_call, wall_clock(instant, zone)), **shown}


def _latest(path: Path, instant: int) -> list[Notice]:
    """The newest of then, newest first."""
    table = NoticeTable
    query = table.select().where(table.made_at <= instant).order_by(table.id.desc()).limit(LATEST)
    with snapshot(path) as database:
        return [_then(row, instant) for row in query.execute(database)]


def _then(row: NoticeTable, instant: int) -> Notice:
    key = Key(row.alarm, row.raised_at, row.rule, row.step, row.contact, row.medium)
    if row.done_at and row.done_at <= instant:
        return Notice(key, State(row.state), row.made_at, row.next_at, row.tries, row.error, row.done_at, row.id)
    return Notice(key, State.WAITING, row.made_at, row.made_at, id=row.id)
