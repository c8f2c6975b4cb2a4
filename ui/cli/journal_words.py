"""The words of `vigie journal SITE …`, apart from the other commands: it has actions of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from ui.cli.said import language


def actions(command: argparse.ArgumentParser) -> None:
    """`action` says which."""
    command.add_argument("site", type=Path, help="the site folder, such as sites/angers")
    kinds = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, help_, options in _ACTIONS:
        action = kinds.add_parser(name, help=help_, description=help_)
        options(action)
        language(action)
        action.add_argument("--data", type=Path, help="where the journal is kept; your own folder if left out")


def _verified(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--expect", action="append", default=[], metavar="ROW:HASH",
        help="a row and its hash noted outside, such as on a printed proof: it must still be there",
    )  # fmt: skip


def _proved(action: argparse.ArgumentParser) -> None:
    action.add_argument("command", type=int, help="number of the command, as its faceplate and its proof say it")
    action.add_argument("--pdf", default="", metavar="FILE", help="where the paper goes (command-NUMBER.pdf)")
    action.add_argument("--html", default="", metavar="FILE", help="write a page, too")


def _wished(action: argparse.ArgumentParser) -> None:
    action.add_argument("--text", default="", help="words that must all be in a row")
    action.add_argument("--subject", default="", help="an equipment, alarm, tag or link, and what lies within")
    action.add_argument("--category", default="", help="alarm, command, access, system…")
    action.add_argument("--kind", default="", help="raise, acknowledge, outcome…")
    action.add_argument("--who", default="", help="id of a user")
    action.add_argument("--result", default="", help="done, refused, failed, unknown")
    action.add_argument(
        "--from", dest="start", default="", metavar="WHEN", help='2026-10, "2026-10-25 14:30", yesterday'
    )
    action.add_argument("--to", dest="end", default="", metavar="WHEN", help="up to and with")


def _searched(action: argparse.ArgumentParser) -> None:
    _wished(action)
    action.add_argument("--most", type=int, default=100, help="how many rows, the newest (100)")


def _exported(action: argparse.ArgumentParser) -> None:
    action.add_argument("file", type=Path, help="ends in .csv, .xlsx or .jsonl")
    _wished(action)
    action.add_argument("--overwrite", action="store_true", help="replace the file if it is there")


_ACTIONS = (
    ("verify", "Walk the whole chain; name the first row that is wrong. Exit code 3 if one is.", _verified),
    ("search", "Show the newest rows that answer.", _searched),
    ("proof", "Print the proof of one command on one page.", _proved),
    ("export", "Write rows to CSV, XLSX or JSON lines.", _exported),
)
