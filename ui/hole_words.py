"""What is said of a hole of the history: why it is there, what has become of it; for trends, links and paper."""

from __future__ import annotations

from supervisor.holes import DISK, STATION, State
from supervisor.model import Quality, Text
from ui.look import Look
from ui.qualities import QUALITIES

DAMAGE = "damage"
"""A cause the ledger does not know: the disk gave back something else than was written."""
_CAUSES = {
    STATION: Text(fr="poste arrêté", en="station off"),
    DISK: Text(fr="disque plein", en="disk full"),
    DAMAGE: Text(fr="fichier endommagé", en="damaged on disk"),
}
_STATES = {
    State.OPEN: Text(fr="en cours", en="going on"),
    State.EMPTY: Text(fr="pas encore comblé", en="not filled yet"),
    State.PARTLY: Text(fr="comblé en partie", en="filled in part"),
    State.FILLED: Text(fr="comblé depuis", en="filled since"),
    State.LOST: Text(fr="perdu", en="lost"),
}
SAMPLES = Text(fr="{} valeur{s}", en="{} sample{s}")
TAGS = Text(fr="{} grandeur{s} sur {}", en="{} of {} quantities")
SECONDS = Text(fr="{} s", en="{} s")
MINUTES = Text(fr="{} min {:02d} s", en="{} min {:02d} s")


def cause_words(cause: str) -> Text:
    """Why; a cause of a newer Vigie stands as it is."""
    known = _CAUSES.get(cause)
    if known is not None:
        return known
    quality = Quality.__members__.get(cause.upper())
    return QUALITIES[quality] if quality is not None else Text(cause, cause)


def state_words(state: State) -> Text:
    """What has become of it."""
    return _STATES[state]


def lasted(seconds: float, look: Look) -> str:
    """A span with its unit also below an hour: "04:27" alone would be read as hours."""
    if seconds >= 3600:
        return look.span(seconds)
    if seconds < 60:
        return look.say(SECONDS).format(look.number(seconds, 0))
    return look.say(MINUTES).format(int(seconds) // 60, int(seconds) % 60)
