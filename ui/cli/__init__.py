"""`vigie …`: one row per command, one module per kind of work.

    run       a site folder: station and window, both watched        station   without a window
    demo      the simulated city, station and window                 window    attach to a running station
    check     every mistake in a site folder                         city, mischief   the simulated city alone
    probe     look at a controller that no site knows yet         import   what was found into a site folder
    sheet     commissioning sheet of an equipment, as PDF or HTML
    history   info, holes, export, import, backup, restore, verify, compact
    journal   verify, search, export

Errors are for people: an environment that lacks something is one sentence and exit code 1; a site folder with mistakes
lists them all and is exit code 2. A traceback means a bug of ours.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from supervisor.errors import SiteError, StoreError, Unavailable, VigieError

ENVIRONMENT, SITE = 1, 2
"""Exit codes: something is missing on this machine; the site folder has mistakes."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    from ui.cli.parser import parse  # here, so that `vigie --version` is instant

    given = parse(sys.argv[1:] if argv is None else argv)
    try:
        code = int(given.work(given))
        sys.stdout.flush()
        return code
    except SiteError as error:
        _tell(error, given)
        return SITE
    except (Unavailable, StoreError) as error:
        _tell(error, given)
        return ENVIRONMENT
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read us, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or closing it would raise once more
        return 141


def _tell(error: VigieError, given: argparse.Namespace) -> None:
    from supervisor.mistakes import cause, told  # here, too: most commands end well
    from ui.cli.run_said import MISTAKE, MISTAKES, tongue

    language = tongue(given)
    if not isinstance(error, SiteError):
        print(f"vigie: {cause(error, language)}", file=sys.stderr)
        return
    for problem in error.problems:
        print(told(problem, language), file=sys.stderr)
    count = len(error.problems)
    print(f"vigie: {(MISTAKE if count == 1 else MISTAKES).say(language).format(count)}", file=sys.stderr)
