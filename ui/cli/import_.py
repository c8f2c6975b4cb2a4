"""`vigie import`: a look at a controller, or a spreadsheet of equipment, into files of a site folder.

Nothing that is there is changed: files are new, links.csv gets rows at its end, and all of it is tried on a copy first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import drivers
from supervisor.errors import Unavailable
from supervisor.mistakes import said
from supervisor.site import load
from ui.cli import run_said
from ui.cli.said import Speech
from ui.commissioning import from_list, from_look
from ui.commissioning.record import read


def import_(given: argparse.Namespace) -> int:
    """0, or SiteError with what `vigie check` would say of the result."""
    site = load(given.site, drivers.TABLE)
    say = Speech(given, site)
    source = Path(given.source)
    if source.suffix.lower() in (".csv", ".txt"):
        wish = from_list.ListWish(given.pack, given.type, given.area, given.url, given.settings)
        draft = from_list.draft(source, site, wish)
    else:
        if given.url or given.settings:
            raise Unavailable(say(run_said.ONLY_A_LIST))
        draft = from_look.draft(
            read(source),
            site,
            from_look.Wish(given.pack, given.type, given.equipment, given.area, given.system, tuple(given.only)),
        )
    for line in draft.write():
        print(said(line, say.language))
    print(say(run_said.SOUND_WITH_IT, given.site))
    return 0
