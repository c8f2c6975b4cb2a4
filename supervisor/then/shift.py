"""The shift book as it was: signed shifts up to the instant, and the sheet of the one that ran.

What stood is not in the tables any more: whoever replays alarms, lock-outs and commands brings it (`gather.Stood`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from supervisor.database import reading
from supervisor.errors import Refused
from supervisor.journal_tables import SUBSTITUTING
from supervisor.model import Site
from supervisor.shift import sheet as sheets
from supervisor.shift.desk import LISTED, NO_SHIFT, Signed, signed_sheet
from supervisor.shift.gather import Stood, gather
from supervisor.shift.sheet import Override, Substitute


def shift(site: Site, path: Path, instant: int, stood: Stood, overrides: Iterable[Override]) -> Mapping[str, Any]:
    """As the act `shift`."""
    query = 'SELECT number, start, "end", outgoing, incoming FROM shifts WHERE "end" <= ? ORDER BY number DESC LIMIT ?'
    with reading(path) as connection:
        rows = connection.execute(query, (instant, LISTED)).fetchall()
    sheet = gather(site, path, instant, overrides, stood=stood)
    return {"sheet": sheets.text(sheet), "signed": [msgspec.to_builtins(Signed(*row)) for row in rows]}


def sheet_of(path: Path, number: int, instant: int) -> Mapping[str, Any]:
    """As the act `shift_sheet`. Raises Refused for one that was not signed yet."""
    with reading(path) as connection:
        signed = connection.execute('SELECT "end" FROM shifts WHERE number = ?', (number,)).fetchone()
    if signed is None or signed[0] > instant:
        raise Refused("unknown", NO_SHIFT)
    text, mark, whole = signed_sheet(path, number)
    return {"sheet": text, "digest": mark, "whole": whole}


def substitutes(path: Path, instant: int) -> tuple[Substitute, ...]:
    """Values by hand that stood."""
    found: dict[str, Substitute] = {}
    query = f"SELECT kind, subject, who, time, detail FROM journal WHERE {SUBSTITUTING} AND time <= ? ORDER BY id"
    with reading(path) as connection:
        for kind, tag, who, time, detail in connection.execute(query, (instant,)):
            found.pop(tag, None)
            if kind == "substitute":
                said = msgspec.json.decode(detail)
                found[tag] = Substitute(tag, float(said["value"]), who, str(said["reason"]), time)
    return tuple(found.values())
