"""The words of alarms, in both languages: the list, its panel and its keys, and the banner."""

from alarms.floods import By
from supervisor.model import Text

# the list
ALARM = Text(fr="Alarme", en="Alarm")
STATES = {
    0: Text(fr="Normale", en="Normal"),
    1: Text(fr="À acquitter", en="Unacknowledged"),
    2: Text(fr="Acquittée", en="Acknowledged"),
    3: Text(fr="Disparue, à acquitter", en="Cleared, unacked"),
    4: Text(fr="Mémorisée, à acquitter", en="Latched, unacked"),
    5: Text(fr="Mémorisée, acquittée", en="Latched, acknowledged"),
}
"""Alarm state code -> its word."""
PRIORITY = Text(fr="Priorité", en="Priority")
RAISED = Text(fr="Apparition", en="Raised")
VALUE_THEN = Text(fr="À l'apparition", en="When raised")
LIMIT = Text(fr="Seuil", en="Limit")
DURATION = Text(fr="Durée", en="Duration")
ON_IT = Text("Pris en charge", "Taken by")
FIRST_UP = Text("1re", "1st")
SAME_INSTANT = Text("1re ?", "1st?")
SAME_INSTANT_TOLD = Text(
    "plusieurs au même instant : ordre inconnu, la plus urgente est marquée",
    "several at the same instant: order not known, the most urgent is marked",
)
FIRST_FACT = Text("1re du groupe", "First of its group")
UNMASKED = Text("masquage levé", "shown again")
UNMASKED_FACT = Text("Masquage levé", "Shown again")
UNMASKED_WHY = Text("sa condition est inconnue depuis {}", "its condition has not been known since {}")
NEW_COUNTED = Text(fr="{} nouvelle{s}", en="{} new")
ALARMS_COUNTED = Text(fr="{} alarme{s}", en="{} alarm{s}")
OF_WHICH_UNACKED = Text(fr="dont {} à acquitter", en="{} to acknowledge")
SELECTED_MANY = Text(fr="{} sélectionnées", en="{} selected")
NO_ALARM = Text(fr="Aucune alarme en cours", en="No standing alarm")
NO_ALARM_HERE = Text(fr="Aucune alarme ne répond à ces critères", en="No alarm matches these filters")

# filters
STANDING = Text(fr="En cours", en="Standing")
UNACKED = Text(fr="À acquitter", en="Unacknowledged")
ACKED = Text(fr="Acquittées", en="Acknowledged")
ALL_AREAS = Text(fr="Tous les secteurs", en="All areas")
ALL_SYSTEMS = Text(fr="Tous les métiers", en="All systems")
CLEAR_FILTERS = Text(fr="Effacer les filtres", en="Clear filters")

# acts and the banner
ACKNOWLEDGE = Text(fr="Acquitter", en="Acknowledge")
ACKNOWLEDGE_PAGE = Text(fr="Acquitter la page", en="Acknowledge page")
RESET = Text(fr="Réarmer", en="Reset")
GO_TO_PAGE = Text(fr="Voir la page", en="Go to page")
SINCE = Text(fr="depuis {}", en="since {}")
GONE_AT = Text(fr="disparue à {}", en="cleared at {}")

# floods
FLOOD = Text("Avalanche d'alarmes", "Alarm flood")
FLOOD_RATE = Text("{} alarme{s} annoncée{s} en 10 minutes", "{} alarm{s} told in 10 minutes")
FOLDED = Text("liste repliée par cause, rien n'est perdu", "list folded by cause, nothing is dropped")
FOLD = Text("Replier par cause", "Fold by cause")
UNFOLD = Text("Voir toutes les alarmes", "Show every alarm")
IN_GROUPS = Text("en {} ligne{s}", "in {} line{s}")
GROUPS = {
    By.CAUSE: Text("{} alarme{s} issue{s} de : {}", "{} alarm{s} because of: {}"),
    By.EQUIPMENT: Text("{} alarme{s} ici : {}…", "{} alarm{s} here: {}…"),
    By.RULE: Text("{} fois : {}", "{} time{s}: {}"),
    By.ALONE: Text("{} – {}", "{} – {}"),
}
"""How many comes first: where there is little room the end is cut."""
MANY_EQUIPMENT = Text("{} équipements", "{} equipment")
TO_ACKNOWLEDGE = Text("{} à acquitter", "{} unacknowledged")

# what is set aside
ASIDE = Text("Écartées", "Set aside")
ALL_ASIDE = Text("Toutes", "All")
SHELVED = Text("Mises de côté", "Shelved")
SUPPRESSED = Text("Masquées", "Suppressed")
SUPPRESSED_ONE = Text(fr="Masquée", en="Suppressed")
"""Of a single alarm."""
OUT_OF_SERVICE = Text(fr="Hors service", en="Out of service")
NOTHING_ASIDE = Text("Aucune alarme écartée", "No alarm is set aside")
NOTHING_SHELVED = Text("Aucune alarme mise de côté", "No alarm is shelved")
NOTHING_SUPPRESSED = Text("Aucune alarme masquée par conception", "No alarm is suppressed by design")
NOTHING_OUT = Text("Aucune alarme hors service", "No alarm is out of service")
UNTIL = Text("jusqu'à {}", "until {}")
BY_WHOM = Text("Écartée par", "Set aside by")
BY_DESIGN = Text("le poste Vigie, par conception", "the Vigie station, by design")
COMES_OF = Text("découle de : {}", "comes of: {}")
OUT_TITLE = Text("Mettre hors service ?", "Take out of service?")
OUT_WHY = Text(
    "L'alarme ne sera plus annoncée jusqu'à ce qu'on la remette en service. Le motif est journalisé.",
    "The alarm is not told any more until somebody puts it back. The reason is journalled.",
)
TAKE_OUT = Text("Hors service…", "Out of service…")
PUT_BACK = Text("Remettre en service", "Put back")
SHELVE = Text(fr="Mettre de côté…", en="Shelve…")
SHELVE_TITLE = Text(fr="Mettre de côté ?", en="Shelve?")
SHELVE_WHY = Text(
    fr="L'alarme quitte les listes et le bandeau, puis revient d'elle-même à l'échéance. Le motif est journalisé.",
    en="The alarm leaves the lists and the banner and comes back by itself in due time. The reason is journalled.",
)
UNSHELVE = Text(fr="Remettre en service", en="Unshelve")
SHELVED_UNTIL = Text(fr="Mise de côté jusqu'à {}", en="Shelved until {}")

# the panel
CLEARED = Text(fr="Disparition", en="Cleared")
ACKNOWLEDGED_AT = Text(fr="Acquittement", en="Acknowledged")
TIMES = Text(fr="Occurrences", en="Occurrences")
CAUSE = Text(fr="Cause probable", en="Probable cause")
CONSEQUENCE = Text(fr="Conséquence", en="Consequence")
ACTION = Text(fr="Conduite à tenir", en="What to do")
NO_GUIDANCE = Text(fr="Aucune consigne n'a été rédigée.", en="No guidance has been written.")
CHOOSE_ALARM = Text(
    fr="Choisissez une alarme pour lire sa consigne.", en="Choose an alarm to read what to do about it."
)
TAKE = Text("Prendre en charge", "Take over")
RELEASE = Text("Ne plus suivre", "Let go")
RESPONSE = Text(fr="Consigne", en="Response")
HISTORY = Text("Historique", "History")
NOTES = Text("Notes", "Notes")
LEFT = Text("À traiter sous {} · reste {}", "Respond within {} · {} left")
OVER = Text("À traiter sous {} · dépassé de {}", "Respond within {} · {} over")
RESPONSE_TIME = Text(fr="À traiter sous {}", en="Respond within {}")
SEE_CURVE = Text("Voir la courbe", "Show the curve")
AROUND = Text("{} – une heure autour de l'apparition", "{} – an hour around the raise")
NO_CURVE = Text("Aucune mesure archivée autour de l'apparition.", "No value was recorded around the raise.")
NO_HISTORY = Text("Le journal ne dit rien de cette alarme.", "The journal says nothing of this alarm.")
READING = Text("Lecture du journal…", "Reading the journal…")
NO_NOTES = Text("Aucune note sur cette alarme.", "No note on this alarm.")
NOTE_HINT = Text("Ajouter une note…", "Add a note…")
ADD = Text("Ajouter", "Add")

# keys
KEYS = Text("Touches du clavier", "Keyboard")
KEY_ROWS = (
    ("↑ ↓", Text("Aller d'une alarme à l'autre ; Maj pour étendre", "Move; Shift to extend")),
    ("Entrée", Text("Acquitter la sélection", "Acknowledge the selection")),
    ("P", Text("Acquitter la page affichée", "Acknowledge the page that is seen")),
    ("F8", Text("Acquitter la première alarme du bandeau", "Acknowledge the first alarm of the banner")),
    ("F9", Text("Couper le klaxon, sans acquitter", "Silence the horn, without acknowledging")),
    ("R", Text("Réarmer ce qui est mémorisé", "Reset what is latched")),
    ("T", Text("Prendre en charge, ou ne plus suivre", "Take over, or let go")),
    ("N", Text("Écrire une note", "Write a note")),
    ("H", Text("Historique de l'alarme", "History of the alarm")),
    ("C", Text("Consigne de l'alarme", "What to do about it")),
    ("S", Text("Mettre de côté, ou remettre en service", "Shelve, or bring back")),
    ("O", Text("Hors service, ou remettre en service", "Out of service, or put back")),
    ("G", Text("Voir le synoptique de l'équipement", "Go to the synoptic")),
    ("F", Text("Replier par cause, ou tout voir", "Fold by cause, or show every alarm")),
    ("← →", Text("Replier, déplier un groupe", "Fold, unfold a group")),
    ("Échap", Text("Lâcher la sélection", "Let the selection go")),
    ("E", Text("Les états d'une alarme, en image", "The states of an alarm, as a picture")),
    ("?", Text("Montrer ou cacher ces touches", "Show or hide these keys")),
)
KEY_NAMES = {"Entrée": "Enter", "Échap": "Esc"}
"""The names of keys in English."""
