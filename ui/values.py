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


def quality_advice(quality: int) -> Text:
    """What a quality means for whoever reads the value; its words alone where there is no more to say."""
    try:
        return _ADVICE.get(Quality(quality)) or quality_words(quality)
    except ValueError:
        return quality_words(quality)


def state_id(tag: Tag, live: Live) -> str:
    """The word of the site's text for the state a tag is in, such as "running"; empty where bad or unnamed."""
    value = live.value[tag.index]
    state = None if np.isnan(value) else tag.spec.state(float(value))
    return state.id if state else ""


_ADVICE = {
    Quality.UNCERTAIN: Text(
        "Incertaine : l'automate lui-même doute de cette mesure.", "Uncertain: the controller itself doubts this value."
    ),
    Quality.SUBSTITUTED: Text(
        "Valeur de remplacement, posée à la main : ce n'est pas une mesure.",
        "Substituted by hand: this is no measurement.",
    ),
    Quality.OUT_OF_RANGE: Text(
        "Hors échelle : la mesure dépasse l'étendue du capteur.",
        "Out of range: beyond what the sensor can measure.",
    ),
    Quality.BAD: Text("Invalide : l'automate la donne pour fausse.", "Bad: the controller says it is wrong."),
    Quality.NOT_CONNECTED: Text(
        "Liaison coupée : aucune valeur n'arrive de l'automate.", "Not connected: no value comes from the controller."
    ),
    Quality.TIMEOUT: Text(
        "Sans réponse : l'automate ne répond pas dans le temps prévu.",
        "No answer: the controller does not answer in time.",
    ),
    Quality.DEVICE_FAULT: Text(
        "Défaut de l'appareil : le capteur ou sa voie est en panne.",
        "Device fault: the sensor or its channel has failed.",
    ),
    Quality.CONFIGURATION: Text(
        "Erreur de configuration : l'automate ne connaît pas cette adresse.",
        "Configuration error: the controller does not know this address.",
    ),
    Quality.NEVER_READ: Text("Jamais lue depuis le démarrage du poste.", "Never read since the station started."),
    Quality.STALE: Text(
        "Périmée : rien de nouveau depuis trop longtemps.", "Stale: nothing new has come for too long."
    ),
}
