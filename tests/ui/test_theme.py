"""The colours of the screen."""

from __future__ import annotations

import re

import pytest

from ui.look import Look
from ui.theme.theme import NAMES, Theme, tokens


def test_that_a_painter_that_fades_a_colour_fades_it_only_for_itself() -> None:
    look = Look("Europe/Paris")
    look.color("p3").setAlpha(10)
    assert look.color("p3").alpha() == 255


def test_that_both_themes_have_the_same_tokens() -> None:
    assert set(tokens()["light"]) == set(tokens()["dark"])


def test_that_an_unknown_token_is_an_error_and_not_black() -> None:
    with pytest.raises(KeyError):
        Theme("light").color("p5")


@pytest.mark.parametrize("name", NAMES)
def test_that_every_token_of_the_style_sheet_is_replaced(name: str) -> None:
    rules = re.sub(r"/\*.*?\*/", "", Theme(name).style(), flags=re.DOTALL)
    assert "@" not in rules


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [("text", "panel"), ("text2", "panel"), ("text2", "sunken"), ("text", "p1_row"), ("bad", "panel"), ("ok", "panel")],
)
def test_that_words_stand_out_from_their_ground(name: str, text: str, ground: str) -> None:
    theme = Theme(name)
    lighter, darker = sorted((_luminance(theme, text), _luminance(theme, ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(theme: Theme, token: str) -> float:
    color = theme.color(token)
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
