"""The pictures of the states are the tables, and those of the documentation are these."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from alarms import diagrams
from alarms.states import LATCHING, PLAIN, Event, State
from alarms.suppression import REPEATABLE, ROWS, Act

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
LIGHT = tomllib.loads((ROOT / "ui" / "theme" / "tokens.toml").read_text("utf-8"))["light"]
INK = diagrams.Ink(*(LIGHT[token] for token in ("text", "text2", "raised", "accent_bg", "raised")))
DRAWN = {
    "alarm-states": diagrams.process(False, "en", INK),
    "alarm-states-latching": diagrams.process(True, "en", INK),
    "alarm-hiding": diagrams.hiding("en", INK),
}
ROW = re.compile(r"<!-- (\w+) \+ (\w+) = (\w+) -->")


@pytest.mark.parametrize("latching", [False, True])
def test_that_every_row_of_the_table_is_an_arrow_and_nothing_else_is(latching: bool) -> None:
    rows = LATCHING if latching else PLAIN
    wanted = {(before.word, event.name.lower(), after.word) for (before, event), after in rows.items()}
    assert set(ROW.findall(diagrams.process(latching, "en", INK))) == wanted


def test_that_every_act_of_the_second_machine_is_an_arrow() -> None:
    found = [act for _, act, _ in ROW.findall(diagrams.hiding("en", INK))]
    assert sorted(found) == sorted([act.value for act in ROWS] + [act.value for act in REPEATABLE])


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("latching", [False, True])
def test_that_a_diagram_is_an_image_with_its_words_inside_their_boxes(language: str, latching: bool) -> None:
    for text in (diagrams.process(latching, language, INK), diagrams.hiding(language, INK)):
        root = ElementTree.fromstring(text)
        assert root.tag.endswith("svg")
        for one in root.iter("{http://www.w3.org/2000/svg}text"):
            if one.get("font-weight") == "600":
                assert len(one.text or "") * 9.2 < diagrams.BOX[0], one.text


def test_that_every_word_is_there_in_both_languages() -> None:
    for words, names in ((diagrams.STATES, State), (diagrams.EVENTS, Event), (diagrams.ACTS, Act)):
        assert set(words) == set(names)
        assert all(word.fr and word.en for word in words.values())


@pytest.mark.parametrize("name", DRAWN)
def test_that_the_pictures_of_the_documentation_are_in_step(name: str) -> None:
    """Drawn anew with `python -m tests.alarms.test_diagrams`."""
    assert (PICTURES / f"{name}.svg").read_text("utf-8") == DRAWN[name]


if __name__ == "__main__":
    for name, text in DRAWN.items():
        (PICTURES / f"{name}.svg").write_text(text, "utf-8")
