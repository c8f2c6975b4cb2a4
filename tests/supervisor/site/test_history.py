"""What site.toml says of how long history is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.historian.retention import FOR_EVER, Retention, TagClass
from supervisor.site import check, load
from supervisor.site.territory import retention
from tests.supervisor.site.small import PROTOCOLS, SMALL, write

KEPT = """[history]
keep_days = 400
rollup_days = 3650

[[history.class]]
types = ["pump*"]
tags = ["speed", "run*"]
keep_days = 60

[[system]]"""


def saying(folder: Path, words: str) -> Path:
    write(folder, {**SMALL, "site.toml": SMALL["site.toml"].replace("[[system]]", words, 1)})
    return folder


def test_that_retention_is_said_by_class(tmp_path: Path) -> None:
    folder = saying(tmp_path, KEPT)
    assert check(folder, PROTOCOLS) == []
    kept = retention(folder)
    assert kept == Retention(400, 3650, (TagClass(60, ("pump*",), ("speed", "run*")),))
    days = {tag.id: kept.of(tag) for tag in load(folder, PROTOCOLS).tags}
    assert set(days.values()) <= {60, 400}


def test_that_without_a_word_history_is_kept_for_ever(tmp_path: Path) -> None:
    assert retention(saying(tmp_path, "[[system]]")).days == FOR_EVER


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("keep_days = 400", 'keep_days = "400"', "keep_days"),
        ("keep_days = 400", "keep_days = -1", "keep_days"),
        ("keep_days = 400", "keep_dayz = 400", "means nothing"),
        ("rollup_days = 3650", "rollup_days = 30", "before their samples"),
        ("keep_days = 400", "keep_days = 0", "before their samples"),
        ('types = ["pump*"]', 'types = ["pmup"]', "no equipment type"),
        ("keep_days = 60", "", "keep_days"),
    ],
)
def test_that_a_mistake_in_it_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = saying(tmp_path, KEPT.replace(old, new))
    assert any(message in problem.message for problem in check(folder, PROTOCOLS))
