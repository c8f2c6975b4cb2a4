"""Restore: a history, and what lies beside it, out of a backup, into a place where there is none of it yet."""

from __future__ import annotations

import shutil
from pathlib import Path

from supervisor.archive import Progress, quiet
from supervisor.archive.backup import Filed, Manifest, along, find, unfinished, unsound, where
from supervisor.archive.copying import copy_plain, flush
from supervisor.errors import Unavailable


def restore(source: Path, history: Path, despite: bool = False, progress: Progress = quiet) -> Manifest:
    """Make a history folder of a backup, and the files beside it. Unavailable where any is there, or the backup is
    damaged.

    `despite` takes of a damaged backup what there is; `verify` names later what is missing.
    """
    place, manifest = find(source)
    _empty(history, manifest)
    wrong = unsound(place, lambda share: progress(share / 2))
    if wrong and not despite:
        raise Unavailable(
            f"{place} is damaged ({', '.join(wrong)}): take another backup, or what is left of it with --despite-damage"
        )
    fresh = unfinished(history)
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.mkdir(mode=0o700)
        for row, share in along(manifest):
            source, goal = where(place, row), _goal(fresh, row)
            if source.exists():  # else it was told above, and wished for
                if row.station:
                    goal.touch(0o600)  # names and hashes of passwords: nobody else's from the first byte on
                copy_plain(source, goal)
            progress(0.5 + share / 2)
        _name(fresh, history, manifest)
    except OSError as error:
        _forget(fresh, manifest)
        raise Unavailable(f"{history} cannot be written ({error.strerror}); nothing is left behind") from error
    return manifest


def _empty(history: Path, manifest: Manifest) -> None:
    """Nothing is ever written over a history, nor over a journal."""
    if history.exists() and any(history.iterdir()):
        raise Unavailable(
            f"{history} holds a history already, and nothing is ever written over one: give another --data"
        )
    there = [row.name for row in manifest.files if row.station and (history.parent / row.name).exists()]
    if there:
        raise Unavailable(
            f"{history.parent} holds {' and '.join(there)} already, and nothing is ever written over one: "
            "give another --data"
        )


def _goal(fresh: Path, row: Filed) -> Path:
    """Under which name a file is restored before all of them are there."""
    return unfinished(fresh.parent / row.name) if row.station else fresh / row.name


def _name(fresh: Path, history: Path, manifest: Manifest) -> None:
    """Give everything its name, the history last: without it nothing was restored."""
    for row in manifest.files:
        if row.station and _goal(fresh, row).exists():
            _goal(fresh, row).chmod(0o600)
            _goal(fresh, row).rename(history.parent / row.name)
    flush(fresh)
    if history.exists():
        history.rmdir()
    fresh.rename(history)
    flush(history.parent)


def _forget(fresh: Path, manifest: Manifest) -> None:
    """Take back what was begun; there was nothing before."""
    shutil.rmtree(fresh, ignore_errors=True)
    for row in manifest.files:
        if row.station:
            _goal(fresh, row).unlink(missing_ok=True)
            (fresh.parent / row.name).unlink(missing_ok=True)
