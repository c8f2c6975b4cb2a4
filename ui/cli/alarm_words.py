"""The words of `vigie alarms SITE …`, apart from the other commands: it has actions of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from ui.cli.said import language


def actions(command: argparse.ArgumentParser) -> None:
    """`action` says which."""
    command.add_argument("site", type=Path, help="the site folder, such as sites/angers")
    kinds = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = kinds.add_parser("export", help="write every alarm rule with its rationalisation to XLSX or CSV")
    export.add_argument("file", type=Path, metavar="FILE", help="ends in .xlsx or .csv")
    export.add_argument("--semicolons", action="store_true", help="CSV as a French spreadsheet opens it")
    import_ = kinds.add_parser("import", help="write limits, delays, priorities and texts of a sheet into the types")
    import_.add_argument("file", type=Path, metavar="FILE", help="as exported; columns may be left out")
    import_.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    diff = kinds.add_parser("diff", help="what is configured against what was approved (alarms/master.csv)")
    diff.add_argument("files", nargs="*", type=Path, metavar="FILE", help="another approved sheet, or two to compare")
    for action in (export, import_, diff):
        language(action)
