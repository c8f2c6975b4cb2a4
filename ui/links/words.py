"""The words of the page of links, in both languages."""

from supervisor.model import Text

# the list
LINK = Text(fr="Liaison", en="Link")
PROTOCOL = Text(fr="Protocole", en="Protocol")
ADDRESS = Text(fr="Adresse", en="Address")
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
LINKS_UP = Text(fr="{} établie{s} sur {}", en="{} up of {}")
NO_LINK = Text(fr="Ce site n'a aucune liaison.", en="This site has no link.")

# the panel
CAUSE = Text(fr="Cause", en="Cause")
TECHNICAL = Text(fr="Détail technique", en="Technical detail")
ERRORS_BY_KIND = Text(fr="Erreurs depuis le démarrage", en="Errors since start")
NO_ERROR = Text(fr="Aucune erreur.", en="No error.")
UNTOLD = Text(
    fr="Non disponible : le poste ne le dit que du présent.",
    en="Not available: the station tells it of the present only.",
)
CHOOSE = Text(
    fr="Choisissez une liaison : ses erreurs et sa disponibilité jour par jour s'affichent ici.",
    en="Choose a link to see its errors and its availability day by day.",
)
FACEPLATE = Text(fr="Ouvrir la fiche", en="Open faceplate")
EARLIER = Text(fr="Mois précédent", en="Previous month")
LATER = Text(fr="Mois suivant", en="Next month")
AVAILABILITY = Text(fr="Disponibilité – {}", en="Availability – {}")
OF_MONTH = Text(fr="établie {} %", en="up {} %")
DOWN_FOR = Text(fr="coupée {}", en="down {}")
UNKNOWN_FOR = Text(fr="inconnue {} (poste arrêté)", en="unknown {} (station off)")
OF_DAY = Text(
    fr="{} : établie {}, coupée {}, inconnue {}",
    en="{}: up {}, down {}, unknown {}",
)
HOLES = Text(fr="Trous de l'historique", en="Holes of the history")
NO_HOLE = Text(fr="aucun trou", en="no hole")
SOME_HOLES = Text(fr="{} trou{s}", en="{} hole{s}")
HOLE_BEGAN = Text(fr="Début", en="Began")
HOLE_ENDED = Text(fr="Fin", en="Ended")
HOLE_LASTED = Text(fr="Durée", en="Lasted")
HOLE_CAUSE = Text(fr="Cause", en="Cause")
HOLE_FATE = Text(fr="Rattrapage", en="Filled")
NOTHING_KNOWN = Text(fr="Rien n'est connu de ce mois.", en="Nothing is known of this month.")
NOT_TRIED = Text(fr="connexion en cours", en="connecting")

KINDS = {
    "connect": Text(fr="Connexion impossible", en="No connection"),
    "lost": Text(fr="Connexion perdue", en="Connection lost"),
    "timeout": Text(fr="Sans réponse", en="No answer in time"),
    "garbage": Text(fr="Réponse incompréhensible", en="Unreadable answer"),
    "refused": Text(fr="Refus de l'automate", en="Refused by the controller"),
    "exception": Text(fr="Refus de l'automate, code {}", en="Refused by the controller, code {}"),
    "write": Text(fr="Écriture non aboutie", en="Write not carried out"),
    "security": Text(fr="Certificat ou mot de passe refusé", en="Certificate or password refused"),
    "subscription": Text(fr="Abonnement refusé", en="Subscription refused"),
    "gap": Text(fr="Message manquant", en="Message missing"),
    "rebirth": Text(fr="Réannonce demandée (Sparkplug)", en="Rebirth asked for (Sparkplug)"),
    "duplicate": Text(fr="Message en double", en="Message twice"),
    "retained": Text(fr="Ancien message conservé par le courtier", en="Old message retained by the broker"),
    "filter": Text(fr="Filtrage non accepté", en="Filter not accepted"),
    "history": Text(fr="Historique de l'automate non lu", en="Controller's history not read"),
    "branch": Text(fr="Occurrence antérieure à acquitter sur place", en="Earlier occurrence to acknowledge there"),
    "overflow": Text(fr="Débordement : valeurs perdues", en="Overflow: values left out"),
    "bug": Text(fr="Défaut interne de Vigie", en="Internal fault of Vigie"),
}
"""Kind of error, see `supervisor.driver.ERRORS` -> what it means to an operator."""


def kind(word: str) -> Text:
    """A kind of error in words; "exception 2" has its number, and one that no list knows stands as it is."""
    head, _, number = word.partition(" ")
    text = KINDS.get(head)
    if text is None:
        return Text(word, word)
    return Text(text.fr.format(number), text.en.format(number))
