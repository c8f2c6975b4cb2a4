"""A program that records into a history until it is killed, and says after each flush what is safe on disk.

child.py <folder> <first> <seed>      every sample's value is its number in its tag, from `first` on
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import numpy as np

from supervisor.clock import SECOND
from supervisor.historian.writer import Pace
from tests.supervisor.historian.conftest import START, Plant

TAGS = 40
STEP = 40
PACE = Pace(partition_s=600, compact_samples=10**9)


def main(folder: Path, first: int, seed: int) -> None:
    plant = Plant(folder, PACE, TAGS)
    chance = random.Random(seed)
    say("open", plant.historian.recovery.samples)
    number = first
    while True:
        number = record(plant, number, chance.randint(1, STEP))
        say("safe", number)
        asyncio.run(plant.clock.wind(max(0, START // SECOND + number - plant.clock.now() // SECOND + 200)))
        if chance.random() < 0.15:
            plant.historian.compact(everything=chance.random() < 0.3)
        if chance.random() < 0.08:
            plant.historian.merge(everything=True)


def say(word: str, number: int) -> None:
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


def record(plant: Plant, number: int, count: int) -> int:
    """`count` samples of each tag, a second apart; the number after the last."""
    numbers = np.arange(number, number + count)
    index = np.tile(np.arange(2, TAGS, dtype=np.int32), count)
    value = np.repeat(numbers, TAGS - 2)
    plant.historian.put(index, START + (value + 1) * SECOND, value.astype(np.float64), np.zeros(len(index), np.uint8))
    plant.historian.flush()
    return number + count


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
