"""Action plans: written through the real journal, read back after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from supervisor.clock import HandClock
from supervisor.desk.plans import Plans, plan_acts, standing
from supervisor.errors import Refused
from supervisor.journal import Journal, JournalReader
from supervisor.model import Role, Site, User
from supervisor.people import People
from tests.ui.town import ANNE, NOW, Town

ALARM = "PR02.level_high"


@pytest.fixture
def site() -> Site:
    return Town().site()


def plan(site: Site, path: Path, user: User = ANNE, **words: str) -> None:
    """One request to a station that starts for it and ends after it."""

    async def scenario() -> None:
        journal = Journal(path, HandClock(NOW))
        try:
            await plan_acts(Plans(site, People(site), journal, HandClock(NOW)))["plan"](user, words)
        finally:
            journal.close()

    asyncio.run(scenario())


def test_that_a_plan_survives_a_restart_and_is_journalled(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    plan(site, path, alarm=ALARM, text="Régler l'hystérésis", who="Astreinte eau", due="2026-12-15")
    found = standing(path)[ALARM]
    assert (found.text, found.who, found.due) == ("Régler l'hystérésis", "Astreinte eau", "2026-12-15")
    assert found.author == ANNE.id
    (row,) = JournalReader(path).search(ALARM)
    assert (row.category, row.kind, row.detail["responsible"]) == ("alarm", "plan", "Astreinte eau")
    assert JournalReader(path).verify().whole


def test_that_a_new_plan_takes_the_place_of_the_last_and_none_lets_it_go(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    plan(site, path, alarm=ALARM, text="Voir", who="Anne")
    plan(site, path, alarm=ALARM, text="Revoir", who="Anne")
    assert standing(path)[ALARM].text == "Revoir"
    plan(site, path, alarm=ALARM)
    assert standing(path) == {}
    assert len(JournalReader(path).search(ALARM)) == 3, "the journal keeps all of it"


@pytest.mark.parametrize(
    ("words", "check"),
    [
        ({"alarm": "no.such"}, "unknown"),
        ({"alarm": ALARM, "text": "Voir"}, "text"),
        ({"alarm": ALARM, "text": "Voir", "who": "Anne", "due": "demain"}, "text"),
        ({"alarm": ALARM, "text": "Voir", "who": "Anne", "due": "20261231"}, "text"),
        ({"alarm": ALARM, "text": "x" * 401, "who": "Anne"}, "text"),
    ],
)
def test_that_what_is_no_plan_is_refused_and_journalled(
    site: Site, tmp_path: Path, words: dict[str, str], check: str
) -> None:
    with pytest.raises(Refused) as refused:
        plan(site, tmp_path / "journal.db", **words)
    assert refused.value.check == check
    assert JournalReader(tmp_path / "journal.db").latest(1)[0].kind == "refused"


def test_that_who_only_looks_writes_no_plan(site: Site, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="operator"):
        plan(site, tmp_path / "journal.db", User("v", "V", Role.VIEWER), alarm=ALARM, text="Voir", who="V")
