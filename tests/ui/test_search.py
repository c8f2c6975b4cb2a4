"""Finding by a few letters."""

from __future__ import annotations

import pytest

from supervisor.model import Equipment, Tag
from tests.ui.town import Town
from ui.look import Look
from ui.shell.places import PAGES, PageRow
from ui.shell.search import Finder, fold


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(Town().site(), PAGES)


def found(finder: Finder, text: str) -> list[str]:
    targets = [hit.target for hit in finder.find(text, Look("Europe/Paris"), most=500)]
    assert all(isinstance(target, (PageRow, Equipment, Tag)) for target in targets)
    return [target.id for target in targets]


def test_that_accents_and_capitals_do_not_matter(finder: Finder) -> None:
    assert found(finder, "ECLAIRAGE") == found(finder, "éclairage") != []
    assert fold("Éclairage À l'été") == "eclairage a l'ete"


def test_that_pages_come_before_equipment_and_equipment_before_tags(finder: Finder) -> None:
    assert found(finder, "pr03")[:3] == ["PR03", "PR03.P1", "PR03.P2"]
    assert found(finder, "alarm")[0] == "alarms"


def test_that_every_word_must_occur_in_any_order(finder: Finder) -> None:
    assert found(finder, "niveau pr03") == found(finder, "pr03 niveau") == ["PR03.level"]


def test_that_both_languages_are_found(finder: Finder) -> None:
    assert found(finder, "lift station 03")[0] == found(finder, "relevage 03")[0] == "PR03"


def test_that_nothing_is_found_for_nothing(finder: Finder) -> None:
    assert found(finder, "  ") == []
    assert found(finder, "xyzzy") == []


def test_that_it_stops_at_the_number_asked_for(finder: Finder) -> None:
    assert len(finder.find("0", Look("Europe/Paris"), most=3)) == 3
