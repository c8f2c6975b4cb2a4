"""What a search in a long journal costs, beside the same question asked of the table itself.

    python -m benchmarks.journal [--rows 10000000] [--keep FOLDER]

The journal is written by `Journal` and indexed by `JournalIndex`; eleven questions are asked of a newly opened file,
five times each. The baseline is SQL's own way, `LIKE` over what is written in a row, newest first.
With --keep the files stay in the folder, and are taken from there the next time.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from supervisor.clock import SECOND, HandClock
from supervisor.database import reading
from supervisor.journal import Entry, Journal, JournalReader
from supervisor.journal_rows import Row, Wish
from supervisor.journal_words import JournalIndex, beside

START = 1_700_000_000 * SECOND
STEP = 15 * SECOND
"""Between two rows: ten million of them are some five years."""
STREETS = [f"{kind} {name}" for kind in ("rue", "place", "quai") for name in ("Foch", "Voltaire", "Ney", "Lenepveu")]
KINDS = ("raise", "clear", "acknowledge", "requested", "written", "outcome", "attach")
QUESTIONS: tuple[tuple[str, Wish], ...] = (
    ("a word of every row", Wish("armoire")),
    ("its beginning", Wish("armo")),
    ("two letters", Wish("ar")),
    ("two words", Wish("voltaire acquittement")),
    ("one equipment", Wish(subject="AP-0042")),
    ("a word that stands once, long ago", Wish("introuvable")),
    ("a word that is nowhere", Wish("nullepart")),
    ("one person", Wish(who="rare")),
    ("refused commands of a person", Wish(who="ann", result="refused", kind="outcome")),
    (
        "a word in an hour of long ago",
        Wish("foch", start=START + 10**6 * SECOND, end=START + 10**6 * SECOND + 3600 * SECOND),
    ),
    ("two words never together", Wish("apparition disparition")),
)


def wording(row: Row) -> str:
    number = int(row.subject[3:7] or 0) if row.subject else 0
    words = {"raise": "Apparition Raised", "clear": "Disparition Cleared", "acknowledge": "Acquittement Acknowledged"}
    return f"Armoire {STREETS[number % len(STREETS)]} {words.get(row.kind, '')}"


def entries(rows: int) -> Iterator[Entry]:
    chance = random.Random(1)
    for number in range(rows):
        kind = chance.choice(KINDS)
        who = "rare" if number == rows // 50 else chance.choice(("ann", "ben", "eve"))
        detail: dict[str, object] = {"value": round(chance.random() * 400, 1), "limit": 300}
        if number == rows // 40:
            detail["reason"] = "introuvable"
        result = chance.choice(("done", "done", "done", "refused", "failed")) if kind == "outcome" else ""
        category = "alarm" if kind in KINDS[:3] else "command"
        yield Entry(
            category, kind, who, f"AP-{chance.randrange(1000):04d}", "centre", result, detail, START + number * STEP
        )


def make(folder: Path, rows: int) -> None:
    path = folder / "journal.db"
    journal, source, begun = Journal(path, HandClock()), entries(rows), time.perf_counter()
    for _ in range(0, rows, 50_000):
        journal.extend([entry for _, entry in zip(range(50_000), source, strict=False)]).result()
    journal.close()
    _tell("written", rows, begun, path)
    begun, index = time.perf_counter(), JournalIndex(path, wording)
    while index.step():
        pass
    index.close()
    _tell("indexed", rows, begun, beside(path))


def _tell(what: str, rows: int, begun: float, path: Path) -> None:
    took, size = time.perf_counter() - begun, path.stat().st_size
    print(f"{rows} rows {what:28s} {took / rows * 1e6:8.1f} us/row {size / rows:8.0f} B/row")


def ask(folder: Path) -> None:
    reader = JournalReader(folder / "journal.db", wording)
    for name, wish in QUESTIONS:
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            found = reader.find(wish)
            times.append((time.perf_counter() - begun) * 1e3)
        whole = "" if not found.before or len(found.rows) == 500 else f"   goes on below row {found.before}"
        print(
            f"{name:36s} {sorted(times)[2]:8.1f} ms median {max(times):8.1f} ms most   {len(found.rows):4d} rows{whole}"
        )
    begun = time.perf_counter()
    with reading(folder / "journal.db") as connection:
        connection.execute(
            "SELECT * FROM journal WHERE detail LIKE '%introuvable%' ORDER BY id DESC LIMIT 500"
        ).fetchall()
    print(f"{'the baseline: LIKE over the details':36s} {(time.perf_counter() - begun) * 1e3:8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description="What a search in a long journal costs.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as other:
        folder = given.keep or Path(other)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "journal.db").exists():
            make(folder, given.rows)
        ask(folder)


if __name__ == "__main__":
    main()
