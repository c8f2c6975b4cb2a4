"""The table of pages. A page is one row here and one module, imported when somebody first looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from supervisor.model import Role, Text
from ui import pages, words
from ui.pages import Context, Page


@dataclass(frozen=True)
class PageRow:
    """One row of the table."""

    id: str
    words: Text
    symbol: str
    """Icon of `ui.shapes`."""
    module: str
    name: str
    """Of the class in the module."""
    role: Role = Role.VIEWER
    """The least role that has it among its pages."""
    behind: bool = False
    """Not a tab of its own: behind "More", with what is looked at once a day."""
    past: bool = True
    """It can show another instant; one that can't is covered while the window shows the past."""

    def present(self) -> bool:
        """Whether this installation has the page; looks, does not import."""
        try:
            return find_spec(self.module) is not None
        except ModuleNotFoundError:
            return False

    def make(self, context: Context) -> Page:
        """Import the page and build it."""
        page: Page = getattr(import_module(self.module), self.name)(context)
        return page


PAGES = (
    PageRow(pages.OVERVIEW, words.OVERVIEW, "overview", "ui.overview.page", "OverviewPage"),
    PageRow(pages.SYNOPTIC, words.SYNOPTIC, "synoptic", "ui.synoptic.page_view", "SynopticPage"),
    PageRow(pages.MAP, words.MAP, "map", "ui.map.page", "MapPage"),
    PageRow(pages.TRENDS, words.TRENDS, "trend", "ui.trend.page", "TrendPage"),
    PageRow(pages.ALARMS, words.ALARMS, "bell", "ui.alarms.page", "AlarmsPage"),
    PageRow(pages.LINKS, words.LINKS, "link", "ui.links.page", "LinksPage", behind=True),
    PageRow(pages.JOURNAL, words.JOURNAL, "journal", "ui.journal.page", "JournalPage"),
    PageRow(pages.SHIFT, words.SHIFT_BOOK, "book", "ui.shift.page", "ShiftPage"),
    PageRow(pages.LOCK_OUTS, words.LOCK_OUTS, "padlock", "ui.lock_outs.page", "LockOutsPage"),
    PageRow(pages.SCHEDULES, words.SCHEDULES, "clock", "ui.schedule.page", "SchedulePage"),
    PageRow(pages.ROUNDS, words.ROUNDS, "list", "ui.rounds.page", "RoundsPage", behind=True),
    PageRow(pages.ON_CALL, words.ON_CALL, "phone", "ui.on_call.page", "OnCallPage", behind=True),
    PageRow(pages.PERFORMANCE, words.PERFORMANCE, "gauge", "ui.performance.page", "PerformancePage", behind=True),
    PageRow(
        pages.COMMISSIONING,
        words.COMMISSIONING,
        "gear",
        "ui.commissioning.page",
        "CommissioningPage",
        Role.ENGINEER,
        behind=True,
        past=False,
    ),
    PageRow(
        pages.PEOPLE,
        words.PEOPLE,
        "user",
        "ui.people.page",
        "PeoplePage",
        Role.ADMINISTRATOR,
        behind=True,
        past=False,
    ),
)
SIDE = PageRow(pages.FACEPLATE, words.EQUIPMENT, "pump", "ui.faceplate.panel", "Faceplate")
"""The panel at the right of whatever page is shown."""
_TAKEN = (8, 9, 12)
"""F8 acknowledges, F9 silences and F12 turns to the past, on every page."""


def key(number: int) -> str:
    """The function key of the n-th page, from 0; with Shift where there are more pages than keys."""
    keys = [function for function in range(1, 13) if function not in _TAKEN]
    turn, at = divmod(number, len(keys))
    return ("", "Shift+")[turn] + f"F{keys[at]}" if turn < 2 else ""
