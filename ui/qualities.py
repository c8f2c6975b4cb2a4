"""The words for a quality: why a value can or can't be believed. No Qt: the commissioning sheet says them too."""

from __future__ import annotations

from supervisor.model import Quality, Text

QUALITIES = {
    Quality.GOOD: Text("valide", "good"),
    Quality.UNCERTAIN: Text("incertaine", "uncertain"),
    Quality.SUBSTITUTED: Text("valeur de remplacement", "substituted"),
    Quality.OUT_OF_RANGE: Text("hors échelle", "out of range"),
    Quality.BAD: Text("invalide", "bad"),
    Quality.NOT_CONNECTED: Text("liaison coupée", "not connected"),
    Quality.TIMEOUT: Text("sans réponse", "no answer"),
    Quality.DEVICE_FAULT: Text("défaut de l'appareil", "device fault"),
    Quality.CONFIGURATION: Text("erreur de configuration", "configuration error"),
    Quality.NEVER_READ: Text("jamais lue", "never read"),
    Quality.STALE: Text("périmée", "stale"),
}
