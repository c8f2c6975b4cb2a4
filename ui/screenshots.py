"""Screenshots: every page in both themes and both languages, for the manual and for critics.

A page that is empty until somebody works with it (trends, journal) is worked with first: see `PREPARED`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice, product, zip_longest
from pathlib import Path

from supervisor.clock import SECOND
from supervisor.model import Equipment, Tag
from ui.folds import Folds
from ui.pages import ALARMS, COMMISSIONING, JOURNAL, LINKS, MAP, OVERVIEW, SYNOPTIC, TRENDS, Page, Place
from ui.shell.window import MainWindow
from ui.theme.theme import NAMES
from ui.trend.choice import pens_of

LANGUAGES = ("fr", "en")
SETTLE_S = 0.15
"""What a page that reads history or the journal needs to have it on the screen."""
TURNS = 5
PATIENCE = 200
"""Such waits until a past is read, and until a flood has risen."""
FLOOD_PATIENCE = 600
"""Such waits until a flood is told."""
PAST_PAGES = (MAP, ALARMS, OVERVIEW, TRENDS, JOURNAL)
PENS = 8
SPAN_S = 8 * 3600.0
SEARCHED = {"fr": "commande", "en": "command"}
"""What is looked for in the journal."""


async def take(window: MainWindow, folder: Path) -> list[Path]:
    """Walk all pages, themes and languages; the pictures made, in `folder`, which must exist.

    The window's look is given back at the end.
    """
    made = []
    for look in _looks(window):
        for name, place in _places(window):
            made.append(folder / f"{name}-{look}.png")
            await _picture(window, place, made[-1])
    return made + await _take_past(window, folder)


async def take_flood(window: MainWindow, folder: Path) -> list[Path]:
    """The list of alarms folded by cause, once the station says that there is a flood; none where there comes none."""
    folds = Folds(window.context.attachment.site, window.context.board, window.context.live)
    for _ in range(FLOOD_PATIENCE):
        if folds.flood:
            break
        await _turn(window)
    else:
        return []
    await _turn(window, PATIENCE)  # it rises for a while: alarms have delays
    made = []
    for look in _looks(window):
        made.append(folder / f"flood-{ALARMS}-{look}.png")
        await _picture(window, Place(ALARMS), made[-1])
    return made


async def _take_past(window: MainWindow, folder: Path) -> list[Path]:
    """The pages that a rewound window shows most, at the last alarm, or an hour ago where none was raised."""
    machine, raised = window.past.machine, window.context.board["raised_at"]
    machine.enter(int(raised.max(initial=0)) + SECOND if raised.any() else machine.now() - 3600 * SECOND)
    for _ in range(PATIENCE):
        if not machine.on or machine.complete:
            break
        await asyncio.sleep(SETTLE_S)
    made = []
    for look in _looks(window) if machine.on else ():
        for name, place in _places(window):
            if name.partition("-")[0] in PAST_PAGES or name == "synoptic-pumping_station":
                made.append(folder / f"past-{name}-{look}.png")
                await _picture(window, place, made[-1])
    machine.leave()
    return made


def _looks(window: MainWindow) -> Iterator[str]:
    """Turn the window to each theme and language, by their names; the look it had is given back at the end."""
    look = window.context.look
    before = (look.theme.name, look.language)
    for theme, language in product(NAMES, LANGUAGES):
        look.use(theme=theme, language=language)
        yield f"{theme}-{language}"
    look.use(theme=before[0], language=before[1])


async def _turn(window: MainWindow, times: int = 1) -> None:
    for _ in range(times):
        window.refresh.tick()
        await asyncio.sleep(SETTLE_S)


async def _picture(window: MainWindow, place: Place, path: Path) -> None:
    window.beside.hide()
    window.navigate(place)
    if prepare := PREPARED.get(place.page):
        prepare(window, window.page(place.page))
    if place.page in ALONE:
        window.beside.hide()
    await _turn(window, TURNS)
    window.context.board.bright = True  # always in the same phase, or two walks would never look alike
    window.grab().save(str(path))


def _places(window: MainWindow) -> Iterator[tuple[str, Place]]:
    """Every page; the synoptic once for each type that has a page, alarms, links and commissioning with their first one
    open."""
    site, board = window.context.attachment.site, window.context.board
    for page in window.rows:
        if page == SYNOPTIC:
            seen: set[str] = set()
            for thing in site.equipment:
                if thing.type.page and thing.type.id not in seen:
                    seen.add(thing.type.id)
                    yield f"{page}-{thing.type.id}", Place(page, thing)
        elif page == TRENDS:
            yield page, Place(page, tags=_pens(window))
        elif page == COMMISSIONING:
            yield page, Place(page, next((one for one in site.equipment if one.type.page and one.link), None))
        elif page == LINKS:
            first = next(iter(site.links), "")
            yield page, Place(page, site.equipment_by_id.get(first))
        elif page == ALARMS and len(board.rows):
            yield page, Place(page, alarm=site.alarms[int(board.rows[0])])
        else:
            yield page, Place(page)


def _pens(window: MainWindow) -> tuple[Tag, ...]:
    """Some tags of the first equipment of each system, by turns: scales of many units. Only what devices tell: the past
    of the pictures' city is that of its devices, and what is calculated begins with the station."""
    site = window.context.attachment.site
    firsts = {one.system: one for one in reversed(site.equipment) if one.type.page and one.type.headline}

    def told(equipment: Equipment) -> list[Tag]:
        return [tag for tag in pens_of(site, equipment, 8) if tag.source is not None][:2]

    turns = zip_longest(*(told(firsts[system]) for system in sorted(firsts, reverse=True)))
    return tuple(islice((tag for tag in chain.from_iterable(turns) if tag), PENS))


def _work_on_trends(window: MainWindow, page: Page) -> None:
    """Two cursors and what is between them."""
    view = getattr(page, "view", None)
    if view is None:
        return
    view.show_span(SPAN_S)
    start, end = view.span
    view.cursors.select(start + 0.30 * (end - start), start + 0.62 * (end - start))


def _search_journal(window: MainWindow, page: Page) -> None:
    text = getattr(page, "text", None)
    if text is not None:
        text.setText(SEARCHED[window.context.look.language])
        text.settled.emit()


PREPARED: Mapping[str, Callable[[MainWindow, Page], None]] = {TRENDS: _work_on_trends, JOURNAL: _search_journal}
ALONE = frozenset({TRENDS, LINKS, COMMISSIONING})
"""Pages that are photographed without the faceplate, which has pictures enough."""
