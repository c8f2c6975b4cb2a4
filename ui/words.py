"""The words of the window's frame, and those that several pages share, in both languages: a French control room's.

What one page alone says is in its own `words.py`; what is said of alarms wherever they stand is in `ui.alarm_words`,
and of rows of the journal in `ui.journal_words`.
"""

from supervisor.model import Priority, Role, Text
from supervisor.people import SEAT
from supervisor.schedule.programmes import SCHEDULER

# pages
OVERVIEW = Text(fr="Vue générale", en="Overview")
SYNOPTIC = Text(fr="Synoptique", en="Synoptic")
MAP = Text(fr="Carte", en="Map")
TRENDS = Text(fr="Tendances", en="Trends")
ALARMS = Text(fr="Alarmes", en="Alarms")
LINKS = Text(fr="Liaisons", en="Links")
JOURNAL = Text(fr="Journal", en="Journal")
SCHEDULES = Text(fr="Programmes", en="Programmes")
ROUNDS = Text(fr="Commandes groupées", en="Rounds")
COMMISSIONING = Text(fr="Mise en service", en="Commissioning")
PERFORMANCE = Text(fr="Performance", en="Performance")
PEOPLE = Text(fr="Personnes", en="People")
SHIFT_BOOK = Text(fr="Cahier de quart", en="Shift book")
ON_CALL = Text(fr="Astreinte", en="On call")
LOCK_OUTS = Text(fr="Consignations", en="Lock-outs")

# frame
SEARCH = Text(fr="Rechercher équipement, tag ou page…", en="Search equipment, tag or page…")
SEARCH_SHORT = Text(fr="Rechercher", en="Search")
NOTHING_FOUND = Text(fr="Aucun résultat", en="Nothing found")
MORE_PAGES = Text(fr="Plus", en="More")
HORN_OFF = Text(fr="Couper le klaxon", en="Silence the horn")
HORN_QUIET = Text(fr="Klaxon au repos", en="Horn quiet")
CLOSE = Text(fr="Fermer", en="Close")
THEME = Text(fr="Thème", en="Theme")
LIGHT = Text(fr="Clair", en="Light")
DARK = Text(fr="Sombre", en="Dark")
LANGUAGE = Text(fr="Langue", en="Language")
FRENCH = Text(fr="Français", en="Français")
ENGLISH = Text(fr="English", en="English")
TEXT_SIZE = Text(fr="Taille du texte", en="Text size")
STATION_SILENT = Text(fr="Le poste Vigie ne répond plus – redémarrage…", en="Station not answering – restarting…")
STATION_SILENT_WHY = Text(
    fr="Aucune valeur affichée n'est à jour. L'affichage revient de lui-même.",
    en="No value shown is up to date. The display comes back by itself.",
)
INTERNAL_ERROR = Text(
    fr="Erreur interne de l'affichage – la surveillance continue",
    en="Internal error of the display – supervision goes on",
)
COPY_DETAILS = Text(fr="Copier les détails", en="Copy details")
BAD_BINDING = Text(
    fr="Cette version de PySide6 arrête le programme au bout de quelques minutes : installez PySide6-Essentials 6.11.",
    en="This version of PySide6 stops the program after some minutes: install PySide6-Essentials 6.11.",
)

# navigation
NAVIGATION = Text(fr="Navigation", en="Navigation")
BY_AREA = Text(fr="Secteur", en="Area")
BY_SYSTEM = Text(fr="Métier", en="System")
PINNED = Text(fr="Épinglés", en="Pinned")
PIN = Text(fr="Épingler la page affichée", en="Pin the page shown")
UNPIN = Text(fr="Ne plus épingler", en="Unpin")
NOTHING_PINNED = Text(fr="Aucune page épinglée", en="No page pinned")

# status bar
TAGS = Text(fr="Tags", en="Tags")
GOOD_SHARE = Text(fr="{} % valides", en="{} % good")
HISTORIAN = Text(fr="Historique", en="Historian")
LAG = Text(fr="retard {} s", en="lag {} s")
DISPLAY = Text(fr="Affichage", en="Display")
STATION_ALIVE = Text(fr="Poste Vigie actif", en="Station alive")
NO_SOUND = Text(fr="Aucun son sur ce poste", en="No sound on this machine")
STATION_DEAD = Text(fr="Poste Vigie muet", en="Station silent")
LINKS_DOWN = Text(fr="{} coupée{s}", en="{} down")
TO_APPROVE = Text(fr="À approuver : {}", en="To approve: {}")
LOCKED_OUT = Text(fr="Consignés : {}", en="Locked out: {}")

# people
NOBODY = Text(fr="En veille", en="Watching")
SESSION_LOCKED = Text(fr="verrouillée", en="locked")
NOT_YOUR_PAGE = Text(
    fr="Cette page demande d'autres droits : ouvrez une session qui les a.",
    en="This page takes other rights: sign in as somebody who has them.",
)
ROLES = {
    Role.VIEWER: Text(fr="Lecteur", en="Viewer"),
    Role.OPERATOR: Text(fr="Opérateur", en="Operator"),
    Role.SUPERVISOR: Text(fr="Chef de salle", en="Supervisor"),
    Role.ENGINEER: Text(fr="Ingénieur", en="Engineer"),
    Role.ADMINISTRATOR: Text(fr="Administrateur", en="Administrator"),
}
ACTORS = {
    SCHEDULER.id: Text(fr="Programmes horaires", en="Programmes"),
    f"{SEAT}console": Text(fr="Ligne de commande", en="Command line"),
}
"""What acts by itself -> its name."""
AT_SEAT = Text(fr="poste « {} »", en='seat "{}"')
"""Who acted where nobody had signed in."""

# what several pages say
AREA = Text(fr="Secteur", en="Area")
EQUIPMENT = Text(fr="Équipement", en="Equipment")
STATE = Text(fr="État", en="State")
VALUE = Text(fr="Valeur", en="Value")
PRIORITIES = {
    Priority.CRITICAL: Text(fr="Critique", en="Critical"),
    Priority.HIGH: Text(fr="Haute", en="High"),
    Priority.MEDIUM: Text(fr="Moyenne", en="Medium"),
    Priority.LOW: Text(fr="Basse", en="Low"),
}
FILTER = Text(fr="Filtrer le texte…", en="Filter text…")
REASON = Text(fr="Motif (obligatoire)", en="Reason (required)")
CONFIRM = Text(fr="Confirmer", en="Confirm")
CANCEL = Text(fr="Annuler", en="Cancel")
