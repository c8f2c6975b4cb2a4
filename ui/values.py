"""Values: what a tag's number says to a person, in the window's language.

Law 2 ends here: a bad value has no text but a dash, and whoever draws it draws it as bad. One in doubt has a star.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from supervisor.model import BAD, Kind, Quality, Tag, TagSpec, Text
from supervisor.texts import Texts
from ui.live import Live
from ui.look import WAITING, Look
from ui.qualities import QUALITIES

DOUBT = "*"
"""Behind a value that is no plain measurement: out of range, put by hand, doubtful. The faceplate says which."""


class Shown(NamedTuple):
    """A value as it is written on the screen."""

    text: str
    unit: str
    """Empty for states and texts."""
    bad: bool


def shown(tag: Tag, live: Live, texts: Texts, look: Look) -> Shown:
    """The live value of a tag; a dash without unit while it can't be believed."""
    if live.quality[tag.index] >= BAD:
        return Shown(WAITING, "", True)
    text, unit = worded(tag.spec, float(live.value[tag.index]), texts, look)
    return Shown(text + DOUBT if live.quality[tag.index] else text, unit, bad=False)


def worded(spec: TagSpec, value: float, texts: Texts, look: Look) -> tuple[str, str]:
    """Text and unit of any value of a tag, live or from history; a state without a name shows its number."""
    if value != value:
        return WAITING, ""
    if spec.kind is Kind.TEXT:
        return texts.text(value) or WAITING, ""
    if spec.kind in (Kind.ENUM, Kind.BOOLEAN):
        state = spec.state(value)
        return (look.say(state.name), "") if state else (look.number(value, 0), "")
    return look.number(value, spec.decimals), spec.unit


def quality_words(quality: int) -> Text:
    """Why a value can or can't be believed; what an unknown code says is that of its top two bits."""
    try:
        return QUALITIES[Quality(quality)]
    except ValueError:
        return QUALITIES[Quality(min(quality & 0xC0, Quality.BAD))]


def state_id(tag: Tag, live: Live) -> str:
    """The word of the site's text for the state a tag is in, such as "running"; empty where bad or unnamed."""
    value = live.value[tag.index]
    state = None if np.isnan(value) else tag.spec.state(float(value))
    return state.id if state else ""
