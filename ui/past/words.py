"""The words of the time machine."""

from supervisor.model import Text

PAST = Text(fr="PASSÉ", en="PAST")
PRESENT = Text(fr="PRÉSENT", en="PRESENT")
OPEN = Text(fr="Remonter le temps", en="Go back in time")
LEAVE = Text(fr="Revenir au présent", en="Back to the present")
NO_ACT = Text(
    fr="La fenêtre montre le passé : aucune commande ni aucun acquittement n'en part. Revenez au présent (Échap).",
    en="This window shows the past: no command and no acknowledgement leaves it. Return to the present (Esc).",
)
NO_ACT_TIP = Text(
    fr="Dans le passé : revenez au présent pour agir (Échap)", en="In the past: return to now to act (Esc)"
)
NOT_THEN = Text(
    fr="Cette réponse concerne le présent ; la fenêtre montre le passé.",
    en="This answer is about the present; the window shows the past.",
)
ONLY_NOW = Text(fr="Cette page ne connaît que le présent", en="This page only knows the present")
ONLY_NOW_WHY = Text(
    fr="Elle ne peut pas dire ce qui était à l'instant affiché. Le journal et les alarmes le peuvent.",
    en="It cannot tell what was so at the instant shown. The journal and the alarms can.",
)
BY_SOURCE = Text(fr="Ce qui était", en="What was so")
BY_SOURCE_WHY = Text(
    fr="À la date de la mesure : les valeurs arrivées en retard sont à leur place.",
    en="By the time of measurement: values that came late are in their place.",
)
BY_ARRIVAL = Text(fr="Ce qu'on savait", en="What was known")
BY_ARRIVAL_WHY = Text(
    fr="À la date d'arrivée : seulement ce que le poste avait reçu à cet instant.",
    en="By the time of arrival: only what the station had received by then.",
)
READING = Text(fr="lecture…", en="reading…")
NO_ACT_SHORT = Text(fr="aucune commande ne part", en="no command leaves")
NEW_ALARMS = Text(fr="{} nouvelles alarmes", en="{} new alarms")
STATION_DEAD = Text(fr="Le poste ne répond plus", en="Station not answering")
STATION_LIVED = Text(fr="Poste Vigie actif alors", en="Station alive then")
STATION_OFF = Text(fr="Poste Vigie à l'arrêt alors", en="Station off then")
QUIET = Text(fr="aucune alarme à acquitter", en="nothing to acknowledge")
WAITING = Text(fr="{} à acquitter", en="{} to acknowledge")

SLIDER = Text(fr="Instant affiché", en="Instant shown")
PLAY = Text(fr="Lire", en="Play")
PAUSE = Text(fr="Pause", en="Pause")
BEFORE = Text(fr="Alarme précédente", en="Previous alarm")
AFTER = Text(fr="Alarme suivante", en="Next alarm")
NONE_BESIDE = Text(
    fr="Le journal ne contient plus d'alarme de ce côté.", en="The journal has no further alarm on that side."
)
BACK_BY = Text(fr="Reculer de {}", en="Back by {}")
ON_BY = Text(fr="Avancer de {}", en="Forward by {}")
GO_TO = Text(fr="Aller au…", en="Go to…")
GO_TO_HINT = Text(
    fr="Date et heure : 22/11 03:14, 03:14:07, hier 18:00, -2h, -3j", en="22/11 03:14, 03:14:07, yesterday 18:00, -2h"
)
NOT_A_TIME = Text(
    fr="« {} » n'est pas un instant : écrivez par exemple 22/11/2026 03:14, 03:14:07, hier 18:00 ou -2h.",
    en='"{}" is no instant: write for example 22/11/2026 03:14, 03:14:07, yesterday 18:00 or -2h.',
)
HOUR = Text(fr="1 h", en="1 h")
DAY = Text(fr="Jour", en="Day")
WEEK = Text(fr="Semaine", en="Week")
MONTH = Text(fr="Mois", en="Month")
ALL = Text(fr="Tout", en="All")
UNREADABLE = Text(fr="Le passé ne peut pas être lu : {}", en="The past cannot be read: {}")
