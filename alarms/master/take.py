"""Take: a sheet of the master alarm database back into the site folder: all of it, or nothing and every mistake.

    sheet ─ cells checked ─> changes ─ edited on a copy of the folder ─ the whole site checked ─> files replaced

Only what differs is touched, and only where it stands: comments and order of the types stay. A rule is neither made
nor taken away by a sheet, nor given another tag or condition: that is written in the type.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alarms.master.book import MASTER, Key, Rows, Source, configured, key_of, overrides, sources, whole
from alarms.master.columns import (
    BY_NAME,
    COLUMNS,
    EDITABLE,
    KEY,
    RATIONALISED,
    TOLD,
    Column,
    as_number,
    plain,
    same,
)
from alarms.master.edit import proven
from alarms.master.own import Cell, with_cells
from alarms.master.sheets import Line, Table, read, write
from supervisor.errors import SiteError, StoreError, Unavailable
from supervisor.model import Site
from supervisor.site.document import Path_
from supervisor.site.findings import sentence, suggest
from supervisor.site.overrides import OVERRIDES, VALUES, Override
from supervisor.site.problems import Problem

Check = Callable[[Path], list[Problem]]
"""`supervisor.site.check` with the protocols of the program."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import changes."""

    rules: int
    """Rules that get another value."""
    cells: int
    files: tuple[Path, ...]
    """Relative to the site folder."""


@dataclass
class _Draft:
    """One import under way."""

    site: Site
    file: Path
    table: Table
    rows: Rows
    sources: dict[Key, Source]
    own: dict[Key, Override]
    problems: list[Problem] = field(default_factory=list)
    changes: dict[Path, dict[Path_, Any]] = field(default_factory=dict)
    cells: dict[tuple[Path, Path_], tuple[Line, str]] = field(default_factory=dict)
    """Which cell wanted a change."""
    master: Rows = field(default_factory=dict)

    def of_type(self, key: Key) -> Key:
        """The rule of the type, for the alarm of one equipment too."""
        return (key[0], self.own[key].alarm.rule.id) if key in self.own else key

    def wrong(self, line: Line, column: str, message: str, remedy: str) -> None:
        text = sentence(f"{line.place(column)}: {message}")
        self.problems.append(Problem(Path(self.file.name), line.number, text, remedy))


def take(site: Site, file: Path, check: Check, dry: bool = False) -> Taken:
    """Import a sheet. Raises SiteError with every mistake, Unavailable where a file can't be read or written."""
    draft = _Draft(site, file, read(file), configured(site), sources(site.folder), overrides(site))
    _columns(draft)
    if not draft.problems:
        _lines(draft)
    texts = _edited(draft) if not draft.problems else {}
    if not draft.problems and texts:
        _tried(draft, texts, check)
    if draft.problems:
        raise SiteError(sorted(draft.problems))
    if not dry:
        _put(draft, texts)
    rules = {(file_, path[:2]) for file_, paths in draft.changes.items() for path in paths}
    return Taken(len(rules), sum(len(paths) for paths in draft.changes.values()), tuple(sorted(texts)))


def kept_rows(folder: Path) -> Rows:
    """What `alarms/master.csv` says; nothing where it is not there. Raises Unavailable where it can't be read."""
    path = folder / MASTER
    return {key_of(line.row): line.row for line in read(path).lines} if path.exists() else {}


# ------------------------------------------------------------ what the sheet says
def _columns(draft: _Draft) -> None:
    names, place = draft.table.columns, Path(draft.file.name)
    for name in names:
        if name not in BY_NAME:
            draft.problems.append(Problem(place, 1, f'There is no column "{name}".', suggest(name, list(BY_NAME))))
        elif names.count(name) > 1:
            draft.problems.append(Problem(place, 1, f'The column "{name}" is there twice.', "Remove one of them."))
    for name in KEY:
        if name not in names:
            remedy = "It says which rule a row is of: export the database again and take the column from there."
            draft.problems.append(Problem(place, 1, f'The column "{name}" is missing.', remedy))


def _lines(draft: _Draft) -> None:
    seen: dict[Key, Line] = {}
    for line in draft.table.lines:
        key = key_of(line.row)
        if key not in draft.rows:
            _unknown(draft, line, key)
        elif key in seen:
            draft.wrong(line, "alarm", f"{key[0]}.{key[1]} is already in row {seen[key].number}", "Keep one of them.")
        else:
            seen[key] = line
            _fixed(draft, line, key)
            _edits(draft, line, key)
            _rationale(draft, line)
            draft.master[key] = line.row


def _unknown(draft: _Draft, line: Line, key: Key) -> None:
    types = sorted({type_ for type_, _ in draft.rows})
    if key[0] not in types:
        draft.wrong(line, "type", f'no equipment type "{key[0]}" has an alarm', suggest(key[0], types))
        return
    known = [alarm for type_, alarm in draft.rows if type_ == key[0]]
    home = OVERRIDES.as_posix() if "." in key[1] else "the type"
    remedy = suggest(key[1], known) or f"A new rule is written in {home}, not in the sheet."
    draft.wrong(line, "alarm", f'the type "{key[0]}" has no alarm "{key[1]}"', remedy)


def _fixed(draft: _Draft, line: Line, key: Key) -> None:
    for column in COLUMNS:
        if column.check or column.name in (*KEY, *TOLD) or column.name not in line.row:
            continue
        if not same(column, line.row[column.name], draft.rows[key][column.name]):
            source = draft.sources[draft.of_type(key)]
            where = source.document.place(("alarm", source.at, *column.path))
            message = f'"{line.row[column.name]}" instead of "{draft.rows[key][column.name]}"'
            draft.wrong(line, column.name, message, f"An import does not change this: edit {where}.")


def _edits(draft: _Draft, line: Line, key: Key) -> None:
    """Every value of the types that is to be another."""
    before, texts = draft.rows[key], set()
    for column in EDITABLE:
        cell = line.row.get(column.name)
        if cell is None or same(column, before[column.name], cell):
            continue
        if key in draft.own and column.name not in VALUES:
            home = draft.sources[draft.of_type(key)].document.file.as_posix()
            message = f'"{cell}" instead of "{before[column.name]}", for one equipment only'
            draft.wrong(line, column.name, message, f"It is the same for all of the type: change it there, in {home}.")
            continue
        if not cell and (column.required or (column.name == "limit" and before["limit"])):
            draft.wrong(line, column.name, "it is empty", f'Write a value; until now it is "{before[column.name]}".')
        elif remedy := (column.check(cell) if cell and column.check else ""):
            draft.wrong(line, column.name, f'"{cell}" can\'t be taken', remedy)
        elif len(column.path) == 2:
            texts.add(column.path[0])
        else:
            _change(draft, line, key, (column.path, column.name, _value(column, cell)))
    for name in sorted(texts):
        _text(draft, line, key, name)


def _value(column: Column, cell: str) -> object:
    """What the types say for a cell: a key is never taken away for an empty one, its comment would go with it."""
    if column.name == "latching":
        return cell == "true"
    number = as_number(cell or "0") if column.number else None
    if number is None:
        return cell
    return int(number) if number == int(number) else number


def _change(draft: _Draft, line: Line, key: Key, change: tuple[Path_, str, object]) -> None:
    path, name, value = change
    if key in draft.own:
        place: Path_ = ("override", draft.own[key].line.number, name)
        draft.changes.setdefault(OVERRIDES, {})[place] = value
        draft.cells[OVERRIDES, place] = (line, name)
        return
    source = draft.sources[key]
    whole_ = ("alarm", source.at, *path)
    draft.changes.setdefault(source.document.file, {})[whole_] = value
    draft.cells[source.document.file, whole_] = (line, name)


def _text(draft: _Draft, line: Line, key: Key, name: str) -> None:
    """A text has both languages or none."""
    both = {side: line.row.get(f"{name}_{side}", draft.rows[key][f"{name}_{side}"]) for side in ("fr", "en")}
    empty = [side for side, text in both.items() if not text]
    if len(empty) == 1:
        draft.wrong(line, f"{name}_{empty[0]}", "only one language is written", "Write both, or leave both empty.")
        return
    source = draft.sources[key]
    now = source.document.values["alarm"][source.at].get(name)
    if empty:
        _change(draft, line, key, ((name,), f"{name}_fr", None))
    elif isinstance(now, dict):
        for side, text in both.items():
            if text != draft.rows[key][f"{name}_{side}"]:
                _change(draft, line, key, ((name, side), f"{name}_{side}", text))
    else:
        _change(draft, line, key, ((name,), f"{name}_fr", both))


def _rationale(draft: _Draft, line: Line) -> None:
    for column in RATIONALISED:
        cell = line.row.get(column.name, "")
        if remedy := (column.check(cell) if cell and column.check else ""):
            draft.wrong(line, column.name, f'"{cell}" can\'t be taken', remedy)
    by, on = line.row.get("approved_by", ""), line.row.get("approved_on", "")
    if bool(by) != bool(on):
        lacking = "approved_on" if by else "approved_by"
        draft.wrong(line, lacking, "an approval has a name and a day", "Write both, or leave both empty.")


# ------------------------------------------------------------ into the folder
def _edited(draft: _Draft) -> dict[Path, str]:
    """File -> its new text; only of files that change."""
    texts = {}
    for file, changes in draft.changes.items():
        # newline="": a file of Windows keeps its line ends
        with (draft.site.folder / file).open(encoding="utf-8", newline="") as open_file:
            text = open_file.read()
        try:
            texts[file] = _changed(file, text, changes)
        except ValueError as error:
            line, column = next(cell for (of, _), cell in draft.cells.items() if of == file)
            draft.wrong(line, column, f"{file} can't be edited here ({error})", "Change it in the file by hand.")
    return texts


def _changed(file: Path, text: str, changes: dict[Path_, Any]) -> str:
    """Raises ValueError where a file can't be edited so."""
    if file != OVERRIDES:
        return proven(text, changes)
    cells: list[Cell] = [(int(path[1]), str(path[2]), plain(value)) for path, value in changes.items()]
    return with_cells(text, cells)


def _tried(draft: _Draft, texts: dict[Path, str], check: Check) -> None:
    """The whole site with the new texts, on a copy: a limit that is no state of its tag is told by its cell."""
    with tempfile.TemporaryDirectory(prefix="vigie-") as temporary:
        copy = Path(temporary) / draft.site.folder.resolve().name
        # the map of a city is large, and nothing of it is checked here
        shutil.copytree(draft.site.folder, copy, ignore=shutil.ignore_patterns("map", ".git"))
        for file, text in texts.items():
            (copy / file).write_text(text, "utf-8", newline="")
        cells = {
            (source.document.file, source.document.place(path).line): cell
            for key, source in sources(copy).items()
            for (file, path), cell in draft.cells.items()
            if file == source.document.file and path[1] == source.at
        }
        cells |= {(file, int(path[1])): cell for (file, path), cell in draft.cells.items() if file == OVERRIDES}
        for problem in check(copy):
            cell = cells.get((problem.file, problem.line))
            if cell:
                draft.wrong(*cell, problem.message, problem.remedy)
            else:
                draft.problems.append(problem)


def _after(draft: _Draft) -> Rows:
    """The rows of the sheet as the master keeps them: what is configured now, with the sheet's rationalisation."""
    kept = kept_rows(draft.site.folder)
    now = configured(draft.site)
    names = {column.name for column in RATIONALISED}
    rows: Rows = {}
    for key, row in draft.master.items():
        told = kept.get(key, {}) | {name: cell for name, cell in row.items() if name in names}
        rows[key] = whole({key: now[key]}, {key: told})[key]
    return rows


def _put(draft: _Draft, texts: dict[Path, str]) -> None:
    """The types and the master: all of them or none. Raises StoreError, Unavailable."""
    folder = draft.site.folder
    kept = kept_rows(folder)
    before = _replace(folder, texts)
    try:
        write(folder / MASTER, (kept | _after(draft)).values())
    except Unavailable:
        _restore(folder, before)
        raise


def _replace(folder: Path, texts: dict[Path, str]) -> dict[Path, bytes]:
    """All files or none, each of them whole even after a power cut; what they were. Raises StoreError."""
    before = {}
    done: dict[Path, bytes] = {}
    drafts = {file: folder / file.with_name(f".{file.name}.draft") for file in texts}
    try:
        for file, text in texts.items():
            before[file] = (folder / file).read_bytes()
            _write_whole(drafts[file], text)
        for file, path in drafts.items():
            os.replace(path, folder / file)
            done[file] = before[file]
    except OSError as error:
        _restore(folder, done)
        for path in drafts.values():
            path.unlink(missing_ok=True)
        raise StoreError(f"{folder}: {error.strerror or error}; nothing is changed.") from error
    return done


def _restore(folder: Path, before: dict[Path, bytes]) -> None:
    for file, old in before.items():
        (folder / file).write_bytes(old)


def _write_whole(path: Path, text: str) -> None:
    """On the disk when this returns, so that what is put in a file's place is never an empty one."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
