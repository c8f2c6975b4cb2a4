"""The words of the window's frame and of its own pages, in both languages; those of a French control room.

The synoptic, the map and the trends keep theirs in their own `words.py`.
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

# frame
CONTROL_ROOM = Text(fr="Salle de contrôle", en="Control room")
SEARCH = Text(fr="Rechercher équipement, tag ou page…", en="Search equipment, tag or page…")
SEARCH_SHORT = Text(fr="Rechercher", en="Search")
NOTHING_FOUND = Text(fr="Aucun résultat", en="Nothing found")
HORN_OFF = Text(fr="Couper le klaxon", en="Silence the horn")
HORN_QUIET = Text(fr="Klaxon au repos", en="Horn quiet")
BACK = Text(fr="Page précédente", en="Previous page")
CLOSE = Text(fr="Fermer", en="Close")
USER = Text(fr="Utilisateur", en="User")
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
NO_AREA = Text(fr="Hors secteur", en="No area")
NOTHING_PINNED = Text(fr="Aucune page épinglée", en="No page pinned")

# alarms
ALARM = Text(fr="Alarme", en="Alarm")
ACKNOWLEDGE = Text(fr="Acquitter", en="Acknowledge")
RESET = Text(fr="Réarmer", en="Reset")
ACKNOWLEDGE_PAGE = Text(fr="Acquitter la page", en="Acknowledge page")
RESPONSE = Text(fr="Consigne", en="Response")
GO_TO_PAGE = Text(fr="Voir la page", en="Go to page")
NO_ALARM = Text(fr="Aucune alarme en cours", en="No standing alarm")
NO_ALARM_HERE = Text(fr="Aucune alarme ne répond à ces critères", en="No alarm matches these filters")
SINCE = Text(fr="depuis {}", en="since {}")
GONE_AT = Text(fr="disparue à {}", en="cleared at {}")
NEW_COUNTED = Text(fr="{} nouvelle{s}", en="{} new")
ALARMS_COUNTED = Text(fr="{} alarme{s}", en="{} alarm{s}")
OF_WHICH_UNACKED = Text(fr="dont {} à acquitter", en="{} to acknowledge")
SELECTED_MANY = Text(fr="{} sélectionnées", en="{} selected")
STATE = Text(fr="État", en="State")
RAISED = Text(fr="Apparition", en="Raised")
CLEARED = Text(fr="Disparition", en="Cleared")
ACKNOWLEDGED_AT = Text(fr="Acquittement", en="Acknowledged")
TIMES = Text(fr="Occurrences", en="Occurrences")
DURATION = Text(fr="Durée", en="Duration")
VALUE = Text(fr="Valeur", en="Value")
VALUE_THEN = Text(fr="À l'apparition", en="When raised")
LIMIT = Text(fr="Seuil", en="Limit")
PRIORITY = Text(fr="Priorité", en="Priority")
CAUSE = Text(fr="Cause probable", en="Probable cause")
CONSEQUENCE = Text(fr="Conséquence", en="Consequence")
ACTION = Text(fr="Conduite à tenir", en="What to do")
RESPONSE_TIME = Text(fr="À traiter sous {}", en="Respond within {}")
NO_GUIDANCE = Text(fr="Aucune consigne n'a été rédigée.", en="No guidance has been written.")
CHOOSE_ALARM = Text(
    fr="Choisissez une alarme pour lire sa consigne.", en="Choose an alarm to read what to do about it."
)
STATES = {
    0: Text(fr="Normale", en="Normal"),
    1: Text(fr="À acquitter", en="Unacknowledged"),
    2: Text(fr="Acquittée", en="Acknowledged"),
    3: Text(fr="Disparue, à acquitter", en="Cleared, unacked"),
    4: Text(fr="Mémorisée, à acquitter", en="Latched, unacked"),
    5: Text(fr="Mémorisée, acquittée", en="Latched, acknowledged"),
}
"""Alarm state code -> its word."""
PRIORITIES = {
    Priority.CRITICAL: Text(fr="Critique", en="Critical"),
    Priority.HIGH: Text(fr="Haute", en="High"),
    Priority.MEDIUM: Text(fr="Moyenne", en="Medium"),
    Priority.LOW: Text(fr="Basse", en="Low"),
}

# alarm filters
STANDING = Text(fr="En cours", en="Standing")
UNACKED = Text(fr="À acquitter", en="Unacknowledged")
ACKED = Text(fr="Acquittées", en="Acknowledged")
SET_ASIDE = Text(fr="Mises de côté", en="Set aside")
ALL_AREAS = Text(fr="Tous les secteurs", en="All areas")
ALL_SYSTEMS = Text(fr="Tous les métiers", en="All systems")
FILTER = Text(fr="Filtrer le texte…", en="Filter text…")
CLEAR_FILTERS = Text(fr="Effacer les filtres", en="Clear filters")

# setting aside
SHELVE = Text(fr="Mettre de côté…", en="Shelve…")
SHELVE_TITLE = Text(fr="Mettre de côté ?", en="Shelve?")
SHELVE_WHY = Text(
    fr="L'alarme quitte les listes et le bandeau, puis revient d'elle-même à l'échéance. Le motif est journalisé.",
    en="The alarm leaves the lists and the banner and comes back by itself in due time. The reason is journalled.",
)
UNSHELVE = Text(fr="Remettre en service", en="Unshelve")
REASON = Text(fr="Motif (obligatoire)", en="Reason (required)")
FOR_HOW_LONG = Text(fr="Durée", en="Duration")
CONFIRM = Text(fr="Confirmer", en="Confirm")
CANCEL = Text(fr="Annuler", en="Cancel")
SHELVED = Text(fr="Mise de côté", en="Shelved")
SHELVED_UNTIL = Text(fr="Mise de côté jusqu'à {}", en="Shelved until {}")
SUPPRESSED = Text(fr="Masquée", en="Suppressed")
OUT_OF_SERVICE = Text(fr="Hors service", en="Out of service")

# links
LINK = Text(fr="Liaison", en="Link")
PROTOCOL = Text(fr="Protocole", en="Protocol")
ADDRESS = Text(fr="Adresse", en="Address")
ROUND_TRIP = Text(fr="Réponse", en="Round trip")
REQUESTS = Text(fr="Requêtes/s", en="Requests/s")
ERRORS = Text(fr="Erreurs", en="Errors")
RECONNECTS = Text(fr="Reconnexions", en="Reconnects")
LAST_GOOD = Text(fr="Dernière valide", en="Last good")
ROUND_TRIP_50 = Text(fr="Réponse p50", en="Response p50")
ROUND_TRIP_99 = Text(fr="Réponse p99", en="Response p99")
CLOCK_SKEW = Text(fr="Horloge", en="Clock")
AVAILABLE_TODAY = Text(fr="Dispo. jour", en="Avail. today")
AVAILABLE_MONTH = Text(fr="Dispo. mois", en="Avail. month")
GOOD_TAGS = Text(fr="Tags valides", en="Good tags")
UP = Text(fr="Établie", en="Up")
DOWN = Text(fr="Coupée", en="Down")
UNKNOWN = Text(fr="Inconnue", en="Unknown")
LINKS_UP = Text(fr="{} établies sur {}", en="{} up of {}")
LINK_DOWN = Text(fr="{} coupée", en="{} down")
LINKS_DOWN = Text(fr="{} coupées", en="{} down")
NO_LINK = Text(fr="Ce site n'a aucune liaison.", en="This site has no link.")

# status bar
TAGS = Text(fr="Tags", en="Tags")
GOOD_SHARE = Text(fr="{} % valides", en="{} % good")
HISTORIAN = Text(fr="Historique", en="Historian")
LAG = Text(fr="retard {} s", en="lag {} s")
DISPLAY = Text(fr="Affichage", en="Display")
STATION_ALIVE = Text(fr="Poste Vigie actif", en="Station alive")
NO_SOUND = Text(fr="Aucun son sur ce poste", en="No sound on this machine")
STATION_DEAD = Text(fr="Poste Vigie muet", en="Station silent")

# journal
WHEN = Text(fr="Date", en="When")
WHO = Text(fr="Qui", en="Who")
WHAT = Text(fr="Acte", en="Act")
WHERE = Text(fr="Équipement", en="Equipment")
DETAIL = Text(fr="Détail", en="Detail")
RESULT = Text(fr="Résultat", en="Result")
LOCK_OUTS = Text(fr="Consignations", en="Lock-outs")
TO_APPROVE = Text(fr="À approuver : {}", en="To approve: {}")
LOCKED_OUT = Text(fr="Consignés : {}", en="Locked out: {}")
BOOK_NAMES = {
    "alarm": Text(fr="Alarmes", en="Alarms"),
    "command": Text(fr="Commandes", en="Commands"),
    "access": Text(fr="Accès", en="Access"),
    "system": Text(fr="Poste Vigie", en="Vigie station"),
    "note": Text(fr="Annotations", en="Notes"),
    "shift": Text(fr="Cahier de quart", en="Shift book"),
    "notify": Text(fr="Astreinte", en="On call"),
    "schedule": Text(fr="Programmes horaires", en="Programmes"),
    "lockout": Text(fr="Consignations", en="Lock-outs"),
    "round": Text(fr="Commandes groupées", en="Rounds"),
}
"""Category of the journal -> the name of its book."""
ACTORS = {
    SCHEDULER.id: Text(fr="Programmes horaires", en="Programmes"),
    f"{SEAT}console": Text(fr="Ligne de commande", en="Command line"),
}
"""What acts by itself -> its name."""
AT_SEAT = Text(fr="poste « {} »", en='seat "{}"')
"""Who acted where nobody had signed in."""
BOOKS = {
    "alarm": "bell", "schedule": "clock", "command": "gear", "access": "user", "system": "station",
    "lockout": "padlock", "round": "list",
}  # fmt: skip
"""Category of the journal -> its icon."""
KINDS = {
    # programmes
    "override": Text(fr="Prise en main", en="Taken in hand"),
    "resume": Text(fr="Reprise du programme", en="Programme resumed"),
    "held": Text(fr="Programme retenu", en="Programme held back"),
    "clock": Text(fr="Heure du poste réglée", en="Clock of the station set"),
    # rounds
    "round_plan": Text(fr="Groupe préparé", en="Round planned"),
    "round_release": Text(fr="Étape lancée", en="Stage released"),
    "round_target": Text(fr="Équipement commandé", en="Equipment commanded"),
    "round_held": Text(fr="Étape finie", en="Stage over"),
    "round_stop": Text(fr="Groupe arrêté", en="Round stopped"),
    "round_end": Text(fr="Groupe terminé", en="Round ended"),
    "round_done": Text(fr="Groupe achevé", en="Round done"),
    # alarms
    "raise": Text(fr="Apparition", en="Raised"),
    "clear": Text(fr="Disparition", en="Cleared"),
    "acknowledge": Text(fr="Acquittement", en="Acknowledged"),
    "forward": Text(fr="Acquittement transmis", en="Acknowledgement sent"),
    "reset": Text(fr="Réarmement", en="Reset"),
    "shelve": Text(fr="Mise de côté", en="Shelved"),
    "unshelve": Text(fr="Remise en service", en="Unshelved"),
    "suppress": Text(fr="Masquage", en="Suppressed"),
    "unsuppress": Text(fr="Fin de masquage", en="Unsuppressed"),
    "remove": Text(fr="Mise hors service", en="Out of service"),
    "return": Text(fr="Retour en service", en="Back in service"),
    "drop": Text(fr="Alarme retirée du site", en="Alarm no longer in the site"),
    "plan": Text(fr="Plan d'action", en="Action plan"),
    "take": Text(fr="Prise en charge", en="Taken over"),
    "comment": Text(fr="Note d'alarme", en="Alarm note"),
    "realarm": Text(fr="Rappel d'alarme", en="Told again"),
    "flood_begin": Text(fr="Début d'avalanche", en="Flood began"),
    "flood_end": Text(fr="Fin d'avalanche", en="Flood ended"),
    # commands, step by step
    "requested": Text(fr="Commande demandée", en="Command requested"),
    "checked": Text(fr="Contrôles passés", en="Checks passed"),
    "selected": Text(fr="Commande sélectionnée", en="Command selected"),
    "awaiting": Text(fr="Approbation attendue", en="Awaiting approval"),
    "approved": Text(fr="Commande approuvée", en="Command approved"),
    "journalled": Text(fr="Commande journalisée", en="Command journalled"),
    "written": Text(fr="Écrite vers l'automate", en="Written to the controller"),
    "read_back": Text(fr="Relue", en="Read back"),
    "confirmed": Text(fr="Confirmée sur le terrain", en="Confirmed in the field"),
    "outcome": Text(fr="Issue de la commande", en="Command outcome"),
    # lock-outs
    "hang_lock": Text(fr="Consignation posée", en="Locked out"),
    "ask_release": Text(fr="Levée de consignation demandée", en="Release asked for"),
    "keep_lock": Text(fr="Consignation maintenue", en="Lock-out kept"),
    "release_lock": Text(fr="Consignation levée", en="Lock-out released"),
    "orphan": Text(fr="Consignation d'un équipement sorti du site", en="Lock-out on equipment that left the site"),
    # values by hand
    "substitute": Text(fr="Valeur de remplacement posée", en="Value substituted"),
    "release": Text(fr="Valeur de remplacement retirée", en="Substitution released"),
    # what people write on curves
    "annotate": Text(fr="Annotation", en="Note"),
    "withdraw": Text(fr="Annotation retirée", en="Note withdrawn"),
    # access and station
    "attach": Text(fr="Fenêtre ouverte", en="Window opened"),
    "detach": Text(fr="Fenêtre fermée", en="Window closed"),
    "sign_in": Text(fr="Ouverture de session", en="Signed in"),
    "sign_out": Text(fr="Fermeture de session", en="Signed out"),
    "lock": Text(fr="Session verrouillée", en="Session locked"),
    "unlock": Text(fr="Session déverrouillée", en="Session unlocked"),
    "hand_over": Text(fr="Relève", en="Hand-over"),
    "proof": Text(fr="Preuve d'identité", en="Proof of identity"),
    "lend_rights": Text(fr="Dérogation accordée", en="Override granted"),
    "return_rights": Text(fr="Fin de dérogation", en="Override ended"),
    "emergency": Text(fr="COMMANDE D'URGENCE", en="EMERGENCY COMMAND"),
    "add": Text(fr="Compte créé", en="Account made"),
    "alter": Text(fr="Compte modifié", en="Account changed"),
    "set_password": Text(fr="Mot de passe changé", en="Password changed"),
    "disable": Text(fr="Compte désactivé", en="Account disabled"),
    "enable": Text(fr="Compte réactivé", en="Account enabled"),
    "refused": Text(fr="Refus", en="Refused"),
    "probe_write": Text(fr="Écriture d'essai hors du pupitre", en="Test write past the desk"),
    "trust": Text(fr="Certificat accepté", en="Certificate trusted"),
    "distrust": Text(fr="Certificat refusé", en="Certificate refused"),
    "start": Text(fr="Démarrage du poste", en="Station started"),
    "stop": Text(fr="Arrêt du poste", en="Station stopped"),
    "damage": Text(fr="Historique abîmé sur le disque", en="History damaged on disk"),
    "lost": Text(fr="Lignes de journal perdues", en="Journal rows lost"),
    # shift book and those on call
    "note": Text(fr="Note de quart", en="Shift note"),
    "sign": Text(fr="Quart signé", en="Shift signed"),
    "sent": Text(fr="Notification envoyée", en="Notice sent"),
    "failed": Text(fr="Notification échouée", en="Notice failed"),
    "unknown": Text(fr="Notification peut-être envoyée", en="Notice may have been sent"),
    "delayed": Text(fr="Notification retardée", en="Notice delayed"),
    "dropped": Text(fr="Notification abandonnée", en="Notice let go"),
    "nobody": Text(fr="Personne à prévenir", en="Nobody to tell"),
    "test": Text(fr="Essai de notification", en="Notification test"),
    "retry": Text(fr="Notification relancée", en="Notice tried again"),
    "cancel": Text(fr="Notification abandonnée", en="Notice let go"),
}
"""Kind of a journal row -> what happened."""
RESULTS = {
    "design": Text(fr="par conception", en="by design"),
    "not_known": Text(fr="condition de masquage inconnue", en="condition of suppression not known"),
    "source_time": Text(fr="d'après l'heure de la source", en="by source time"),
    "same_instant": Text(fr="au même instant que d'autres, la plus urgente", en="same instant as others, most urgent"),
    # outcomes
    "done": Text(fr="exécuté", en="done"),
    "refused": Text(fr="refusé", en="refused"),
    "failed": Text(fr="échec", en="failed"),
    "unknown": Text(fr="inconnu", en="unknown"),
    # the check that refused
    "right": Text(fr="droit", en="right"),
    "token": Text(fr="clé d'accès", en="access token"),
    "password": Text(fr="mot de passe inconnu", en="unknown password"),
    "wait": Text(fr="trop d'essais", en="too many attempts"),
    "disabled": Text(fr="compte désactivé", en="account disabled"),
    "renew": Text(fr="mot de passe provisoire", en="temporary password"),
    "store": Text(fr="fichier illisible", en="file cannot be read"),
    "directory": Text(fr="annuaire muet", en="directory silent"),
    "group": Text(fr="groupe sans rôle", en="group without a role"),
    "over": Text(fr="durée écoulée", en="time over"),
    "idle": Text(fr="faute d'activité", en="for want of activity"),
    "locked": Text(fr="poste verrouillé", en="seat locked"),
    "watching": Text(fr="poste en veille", en="seat watching"),
    "open": Text(fr="session ouverte", en="signed in"),
    "viewer": Text(fr="lecteur", en="viewer"),
    "operator": Text(fr="opérateur", en="operator"),
    "supervisor": Text(fr="chef de salle", en="supervisor"),
    "engineer": Text(fr="ingénieur", en="engineer"),
    "administrator": Text(fr="administrateur", en="administrator"),
    "certificate": Text(fr="certificat", en="certificate"),
    "lock_out": Text(fr="consignation", en="lock-out"),
    "interlock": Text(fr="verrouillage", en="interlock"),
    "range": Text(fr="hors limites", en="out of range"),
    "quality": Text(fr="qualité de mesure", en="quality"),
    "link": Text(fr="liaison", en="link"),
    "busy": Text(fr="commande en cours", en="command under way"),
    "permissive": Text(fr="condition préalable", en="permissive"),
    "step": Text(fr="écart trop grand", en="step too large"),
    "rate": Text(fr="trop fréquent", en="too often"),
    "select": Text(fr="non sélectionnée", en="not selected"),
    "lapsed": Text(fr="sélection échue", en="selection lapsed"),
    "expired": Text(fr="approbation échue", en="approval lapsed"),
    "declined": Text(fr="non approuvée", en="not approved"),
    "cancelled": Text(fr="annulée", en="cancelled"),
    "restarted": Text(fr="poste redémarré", en="station restarted"),
    "stopped": Text(fr="poste arrêté", en="station stopped"),
    "sent": Text(fr="déjà partie", en="sent already"),
    "gone": Text(fr="terminée", en="over"),
    "second": Text(fr="même personne", en="the same person"),
    "proof": Text(fr="sans preuve d'identité", en="no proof of identity"),
    "twice": Text(fr="déjà consigné", en="locked out already"),
    "unasked": Text(fr="levée non demandée", en="release not asked for"),
    "journal": Text(fr="journal", en="journal"),
    "reason": Text(fr="motif absent", en="no reason given"),
    "act": Text(fr="acte inconnu", en="unknown act"),
    "approval": Text(fr="deux personnes requises", en="takes two persons"),
    "empty": Text(fr="rien à faire", en="nothing to do"),
    # why something came back by itself
    "time": Text(fr="échéance", en="its time was over"),
}
"""Result of a journal row, or a word of its detail -> what it means."""
GRAVE = frozenset({"refused", "failed", "unknown"})
"""Results that stand out."""
DETAILS = {
    "first": Text(fr="première du groupe", en="first of its group"),
    "only_if": Text(fr="condition", en="condition"),
    "programme": Text(fr="programme", en="programme"),
    "fingerprint": Text(fr="empreinte SHA-256", en="SHA-256 fingerprint"),
    "value": Text(fr="valeur", en="value"),
    "raw": Text(fr="valeur brute", en="raw value"),
    "reason": Text(fr="motif", en="reason"),
    "from": Text(fr="de", en="from"),
    "for": Text(fr="pour", en="for"),
    "name": Text(fr="nom", en="name"),
    "role": Text(fr="rôle", en="role"),
    "areas": Text(fr="zones", en="areas"),
    "text": Text(fr="texte", en="text"),
    "responsible": Text(fr="responsable", en="responsible"),
    "due": Text(fr="échéance", en="due"),
    "minutes": Text(fr="minutes", en="minutes"),
    "command": Text(fr="commande", en="command"),
    "rate": Text(fr="alarmes/10 min", en="alarms/10 min"),
    "stage": Text(fr="étape", en="stage"),
    "left_out": Text(fr="laissés de côté", en="left out"),
    "tag": Text(fr="tag", en="tag"),
    "priority": Text(fr="priorité", en="priority"),
    "limit": Text(fr="seuil", en="limit"),
    "state": Text(fr="état", en="state"),
    "check": Text(fr="contrôle", en="check"),
    "act": Text(fr="acte", en="act"),
    "holder": Text(fr="titulaire", en="holder"),
    "asked_by": Text(fr="demandée par", en="asked by"),
    "seat": Text(fr="depuis la session de", en="at the seat of"),
    "by": Text(fr="par", en="by"),
    "place": Text(fr="poste", en="seat"),
    "contact": Text(fr="contact", en="contact"),
    "medium": Text(fr="par", en="by"),
    "rule": Text(fr="règle", en="rule"),
    "step": Text(fr="rang", en="step"),
    "notice": Text(fr="notification n°", en="notice no."),
    "within_s": Text(fr="délai (s)", en="within (s)"),
    "count": Text(fr="nombre", en="number"),
    "site": Text(fr="site", en="site"),
}
"""Word of a journal row's detail -> what it means."""
SUBJECTS = {"flood": Text(fr="Tout le site", en="Whole site")}
"""Subject of a journal row that is no thing of the site -> what it concerns."""
REASONS = {
    "another": Text(fr="une autre dérogation", en="another override"),
    "answered": Text(fr="quelqu'un a répondu", en="somebody answered"),
    "asked": Text(fr="à la demande", en="asked for"),
    "cause": Text(fr="conséquence d'une autre alarme", en="comes of another alarm"),
    "controller": Text(fr="dit par l'automate", en="told by the controller"),
    "design": Text(fr="condition du type", en="condition of the type"),
    "restart": Text(fr="redémarrage du poste", en="restart of the station"),
    "not_known": Text(fr="mesure inconnue", en="value not known"),
}
"""Reasons that are a code, where no word of another table says them -> what they mean."""
NO_JOURNAL = Text(fr="Le journal est vide.", en="The journal is empty.")
NO_JOURNAL_HERE = Text(fr="Aucune ligne ne répond à ce filtre.", en="No row matches this filter.")
ALL_ACTS = Text(fr="Tous les actes", en="All acts")
MORE_PAGES = Text(fr="Plus", en="More")
ON_CALL = Text(fr="Astreinte", en="On call")
SHIFT_BOOK = Text(fr="Cahier de quart", en="Shift book")
LATEST_ROWS = Text(fr="les {} dernières lignes", en="the latest {} rows")
ALL_ROWS = Text(fr="{} ligne{s}", en="{} row{s}")
SEARCHED_TO = Text(fr="{} ligne{s}, la recherche continue…", en="{} row{s}, still searching…")
EVERYBODY = Text(fr="Tout le monde", en="Everybody")
ANY_TIME = Text(fr="Toutes les dates", en="Any time")
LAST_HOUR = Text(fr="Dernière heure", en="Last hour")
LAST_DAY = Text(fr="24 dernières heures", en="Last 24 hours")
LAST_WEEK = Text(fr="7 derniers jours", en="Last 7 days")
LAST_MONTH = Text(fr="30 derniers jours", en="Last 30 days")
EXPORT = Text(fr="Exporter", en="Export")
EXPORTED = Text(fr="{} ligne{s} écrite{s} dans {}", en="{} row{s} written to {}")

# places
AREA = Text(fr="Secteur", en="Area")
SYSTEM = Text(fr="Métier", en="System")
EQUIPMENT = Text(fr="Équipement", en="Equipment")

PEOPLE = Text(fr="Personnes", en="People")
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
