"""Routes: topic filter -> what it carries, for any number of filters at the cost of a few dictionary look-ups.

Filters that have their words at the same levels share a shape: the four hundred filters of four hundred vehicles,
`/hfp/v2/journey/ongoing/vp/+/0055/01216/#`, are one shape and one dictionary from their words to what they carry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Generic, TypeVar

Load = TypeVar("Load")


@dataclass(slots=True)
class _Shape(Generic[Load]):
    """All filters with words at the same levels."""

    length: int
    """Levels a topic has; where `open`, at least so many."""
    open: bool
    """Ends with "#"."""
    words: Callable[[Sequence[str]], Any]
    """The levels of a topic -> the key of `table`."""
    hidden: bool
    """Begins with a wildcard, so it sees no topic that begins with "$"."""
    table: dict[Any, list[Load]] = field(default_factory=dict)


class Routes(Generic[Load]):
    """See the module."""

    def __init__(self, loads: Iterable[tuple[str, Load]] = ()) -> None:
        self._shapes: dict[tuple[int, bool, tuple[int, ...]], _Shape[Load]] = {}
        for topic_filter, load in loads:
            self._add(topic_filter, load)

    def match(self, topic: str) -> list[Load]:
        """What the filters that match `topic` carry."""
        levels = topic.split("/")
        n = len(levels)
        found: list[Load] = []
        for shape in self._shapes.values():
            if n == shape.length or (shape.open and n > shape.length):
                loads = shape.table.get(shape.words(levels))
                if loads and not (shape.hidden and topic.startswith("$")):
                    found += loads
        return found

    def _add(self, topic_filter: str, load: Load) -> None:
        levels = topic_filter.split("/")
        is_open = levels[-1] == "#"
        if is_open:
            levels.pop()  # "a/#" also matches "a" itself
        places = tuple(place for place, level in enumerate(levels) if level != "+")
        words = itemgetter(*places) if places else _nothing
        hidden = not levels or levels[0] == "+"
        key = (len(levels), is_open, places)
        shape = self._shapes.setdefault(key, _Shape(len(levels), is_open, words, hidden))
        shape.table.setdefault(words(levels), []).append(load)


def _nothing(levels: Sequence[str]) -> tuple[str, ...]:
    return ()
