"""The site folder -> `Site`, or every problem in it.

    site = load(Path("sites/angers"), drivers.TABLE)      raises SiteError, whose problems are all there are
    for problem in check(folder, drivers.TABLE): ...      file:line, what was said, what to write instead

Its order is told in `folder.py`; docs/site.md tells the engineer the same from his side. Each kind of file has a
module: `territory` (site, areas, people), `links`, `equipment_types` and `rules` (types), `packs`, `equipment`
(lists), `expressions` (interlocks). `reader` and `sheet` read TOML and CSV without ever stopping at a mistake.
"""

from supervisor.site.folder import check, load
from supervisor.site.problems import Problem

__all__ = ["Problem", "check", "load"]
