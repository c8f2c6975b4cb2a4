"""The words of `vigie history SITE …`, apart from the other commands: it has actions of its own."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from ui.cli.said import language

_MINUS = re.compile(r"-\d")
"""What begins so is a value and no option: -7d."""


def actions(command: argparse.ArgumentParser) -> None:
    """`action` says which."""
    command.add_argument("site", type=Path, help="the site folder, such as sites/angers")
    kinds = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, help_, options in _ACTIONS:
        action = kinds.add_parser(name, help=help_, description=help_)
        # WORKAROUND: argparse takes "-7d" for an option, and lets nobody say otherwise but here
        setattr(action, "_negative_number_matcher", _MINUS)  # noqa: B010 - no part of what the type checker knows
        options(action)
        language(action)
        action.add_argument(
            "--data", type=Path, help="where history, journal and alarms are kept; your own folder if left out"
        )


def _info(action: argparse.ArgumentParser) -> None:
    action.add_argument("--json", action="store_true", help="for programs")


def _export(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--tags", nargs="+", required=True, metavar="PATTERN", help='AP-014.M.p, AP-014, "AP-*", "*.level"'
    )
    action.add_argument(
        "--from", dest="start", default="yesterday", metavar="WHEN", help='2026-10, "2026-10-25 14:30", yesterday, -7d'
    )
    action.add_argument("--to", dest="end", default="now", metavar="WHEN", help="up to and with; now if left out")
    action.add_argument("--to-file", type=Path, required=True, metavar="FILE")
    action.add_argument("--format", choices=("csv", "parquet", "xlsx"), help="that of the file's ending if left out")
    action.add_argument(
        "--every", metavar="STEP", help="aggregates of 10min, 1h, day, week, month, year instead of the samples"
    )
    action.add_argument("--overwrite", action="store_true", help="replace the file if it is there")


def _import(action: argparse.ArgumentParser) -> None:
    action.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV or Parquet as exported, or wide CSV")
    action.add_argument("--dry-run", action="store_true", help="say what would be loaded, and load nothing")


def _backup(action: argparse.ArgumentParser) -> None:
    action.add_argument("to", type=Path, metavar="TO", help="a folder; backups share the partitions in it")
    action.add_argument("--keep", type=int, metavar="N", help="remove all but the N newest backups afterwards")


def _restore(action: argparse.ArgumentParser) -> None:
    action.add_argument("source", type=Path, metavar="FROM", help="the folder of the backups, or one of them")
    action.add_argument("--despite-damage", action="store_true", help="take what is left of a damaged backup")


def _verify(action: argparse.ArgumentParser) -> None:
    action.add_argument("--backup", type=Path, metavar="FOLDER", help="a backup instead of the history")


def _holes(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--month", default="now", metavar="WHEN", help='"2026-10", or any day of it; this one if left out'
    )
    action.add_argument(
        "--links", nargs="+", default=["*"], metavar="PATTERN", help='ids of links, such as "L-1*"; all'
    )
    action.add_argument("--to-file", type=Path, metavar="FILE", help="a CSV table instead of the list")
    action.add_argument("--overwrite", action="store_true", help="replace the file if it is there")


def _compact(action: argparse.ArgumentParser) -> None:
    """No words of its own."""


_ACTIONS = (
    ("info", "How big and how old the history is, and its holes.", _info),
    ("export", "Write samples or aggregates to CSV, Parquet or XLSX.", _export),
    ("import", "Load samples of files; the station must be off.", _import),
    ("backup", "Copy the history while the station records.", _backup),
    ("restore", "Make a history of a backup, where none is yet.", _restore),
    ("holes", "How available each link was in a month, and what the history missed.", _holes),
    ("verify", "Read every blob and name what is damaged; exit code 3 if anything is.", _verify),
    ("compact", "Merge what can be merged now; the station must be off.", _compact),
)
