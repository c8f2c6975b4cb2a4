"""The town every law is tried in, and ways to live in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import drivers
from simulator.city.nature import Nature
from simulator.world import World
from supervisor.clock import SECOND
from supervisor.model import Site
from supervisor.site import load
from tests.ports import free_port
from tests.simulator.city.town import WHOLE, draw_line, town

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> int:
    """ns UTC of a local time such as "2026-03-12 21:30"."""
    return round(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp()) * SECOND


class Life:
    """A town being lived in."""

    def __init__(self, folder: Path, counts: dict[str, int], start: str, seed: int = 1, rate: float = 0.0) -> None:
        self.site = town(folder, counts)
        self.world = World(self.site)
        self.nature = Nature(self.world, seed, rate)
        self.now = at(start)
        self.nature.begin(self.now)

    def steps(self, seconds: float, step_s: float = 0.5) -> Iterator[int]:
        """Live on, yielding after every step."""
        for _ in range(round(seconds / step_s)):
            self.now += round(step_s * SECOND)
            self.nature.step(self.now, step_s)
            yield self.now

    def live(self, seconds: float, step_s: float = 0.5) -> None:
        """Live on."""
        for _ in self.steps(seconds, step_s):
            pass

    def get(self, tag: str) -> float:
        return float(self.world.value[self.site.tag_by_id[tag].index])

    def write(self, tag: str, value: float) -> None:
        """As from the wire."""
        self.world.write(self.site.tag_by_id[tag], value)

    def index(self, word: str) -> np.ndarray:
        """Indices of all tags with this id within their equipment."""
        return np.array([tag.index for tag in self.site.tags if tag.spec.id == word])


Settle = Callable[..., Life]


@pytest.fixture
def settle(tmp_path: Path) -> Settle:
    """Found a town: counts of equipment, local time of beginning."""
    draw_line(tmp_path)

    def found(start: str, seed: int = 1, rate: float = 0.0, **counts: int) -> Life:
        return Life(tmp_path, counts or WHOLE, start, seed, rate)

    return found


ANGERS = Path(__file__).parents[3] / "sites" / "angers"


@pytest.fixture
def angers_folder(tmp_path: Path) -> Path:
    """The demo site's text, with ports that are free here and now."""
    folder = tmp_path / "angers"
    shutil.copytree(ANGERS, folder)
    text = (folder / "links.csv").read_text("utf-8")
    text = re.sub(r"(127\.0\.0\.1:)\d+", lambda found: found[1] + str(free_port()), text)
    (folder / "links.csv").write_text(text, "utf-8")
    return folder


@pytest.fixture
def angers(angers_folder: Path) -> Site:
    """The demo site on free ports."""
    return load(angers_folder, drivers.TABLE)
