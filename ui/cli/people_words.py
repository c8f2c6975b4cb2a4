"""The words of `vigie people`, apart from the work: the command line is read before anything slow is imported."""

from __future__ import annotations

import argparse
from pathlib import Path

from supervisor.terms import Role
from ui.cli.said import language

ACTS = {"password": "reset_password", "disable": "disable_person", "enable": "enable_person"}
"""What is typed -> the act of the page of people."""
_ROLES = tuple(role.name.lower() for role in Role)


def actions(command: argparse.ArgumentParser) -> None:
    """The words of the command line."""
    choices = ("list", "add", *ACTS)
    command.add_argument("action", choices=choices, metavar="ACTION", help=", ".join(choices))
    command.add_argument("site", type=Path, help="the site folder, such as sites/angers")
    command.add_argument("id", nargs="?", default="", help="whose account; not for list")
    command.add_argument("--data", type=Path, help="the data folder; your own of this site if left out")
    command.add_argument("--name", default="", help="add: first and last name")
    command.add_argument("--role", choices=_ROLES, help="add: what they may do (operator; the first: administrator)")
    command.add_argument("--area", action="append", default=[], help="add: where the role holds; or everywhere")
    language(command)
    command.add_argument("--as", dest="by", default="", metavar="ID", help="the administrator, where a station runs")
