"""What a number says to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.model import Quality
from tests.ui.town import TownStation
from ui.live import Live
from ui.look import WAITING, Look
from ui.qualities import QUALITIES
from ui.values import quality_words, shown, state_id


@pytest.fixture
def look() -> Look:
    return Look("Europe/Paris", language="fr")


def test_that_a_number_is_written_as_the_language_writes_it(station: TownStation, look: Look) -> None:
    station.publish({"PR01.level": 4.52})
    live = Live(station.table)
    live.pull(station.clock.now())
    tag = station.site.tag_by_id["PR01.level"]
    assert shown(tag, live, station.texts, look) == ("4,5", "m", False)
    look.use(language="en")
    assert shown(tag, live, station.texts, look) == ("4.5", "m", False)


def test_that_a_state_is_its_word_and_a_nameless_state_its_number(station: TownStation, look: Look) -> None:
    station.publish({"PR01.P1.state": 2, "PR01.P2.state": 9})
    live = Live(station.table)
    live.pull(station.clock.now())
    tag = station.site.tag_by_id["PR01.P1.state"]
    assert shown(tag, live, station.texts, look).text == "en défaut"
    assert state_id(tag, live) == "fault"
    assert shown(station.site.tag_by_id["PR01.P2.state"], live, station.texts, look).text == "9"


def test_that_a_bad_value_never_shows_the_last_good_one(station: TownStation, look: Look, tmp_path: Path) -> None:
    station.publish({"PR01.level": 4.52})
    station.publish({"PR01.level": 4.52}, Quality.TIMEOUT)
    live = Live(station.table)
    live.pull(station.clock.now())
    tag = station.site.tag_by_id["PR01.level"]
    assert shown(tag, live, station.texts, look) == (WAITING, "", True)
    assert state_id(tag, live) == ""


@pytest.mark.parametrize(("code", "words"), [(0x82, "no answer"), (0x9F, "bad"), (0x55, "uncertain"), (0x00, "good")])
def test_that_every_quality_has_words_even_one_nobody_named(code: int, words: str) -> None:
    assert quality_words(code).en == words


def test_that_every_quality_has_words() -> None:
    assert set(QUALITIES) == set(Quality)
