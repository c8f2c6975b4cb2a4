"""What a person chose, kept; and nothing lost when it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ui.preferences import Preferences


def test_that_what_was_chosen_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "window.json"
    chosen = Preferences(path, "dark", "en", 1.15, ["alarms", "PR-02"], "abc", ["PR-02.level"], "no")
    chosen.save()
    assert Preferences.load(path) == chosen


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"theme": 3, "scale": "big", "pinned": "x", "unknown": 1}'])
def test_that_a_damaged_file_costs_only_itself(tmp_path: Path, text: str) -> None:
    path = tmp_path / "window.json"
    path.write_text(text, "utf-8")
    assert Preferences.load(path) == Preferences(path)


def test_that_no_path_keeps_nothing() -> None:
    Preferences(theme="dark").save()
    assert Preferences.load(None) == Preferences()
