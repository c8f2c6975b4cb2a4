"""The words of the page of programmes, in both languages."""

from supervisor.model import Text
from supervisor.schedule.sun import SunEvent

TITLE = Text("Programmes horaires", "Programmes")
NONE = Text(
    "Ce site n'a aucun programme : décrivez-les dans programmes.toml (docs/site.md).",
    "This site has no programme: describe them in programmes.toml (docs/site.md).",
)
READING = Text("Lecture des programmes…", "Reading the programmes…")
AS_TODAY = Text(fr="plan d'après les programmes d'aujourd'hui", en="plan by the programmes of today")
AS_TODAY_WHY = Text(
    fr="Le plan est recalculé à l'instant affiché avec les programmes configurés aujourd'hui : ceux d'alors, et ce qui"
    " restait à demander, ne sont pas archivés.",
    en="The plan is worked out for the instant shown with the programmes configured today: those of then, and what was"
    " still to be asked for, are not kept.",
)
SUMMARY = Text("{} équipement{s} programmé{s}", "{} equipment scheduled")
WAITING = Text("{} en attente", "{} waiting")
LOST = Text("{} sans liaison", "{} without a link")

# the groups
GROUP = Text("Programme", "Programme")
NOW = Text("Maintenant", "Now")
THEN = Text("Alors", "Then")
"""In the past, at the instant shown."""
NEXT = Text("Ensuite", "Next")
HAND = Text("À la main", "By hand")
COUNT = Text("Équip.", "Equip.")
WITH = Text("{} + {}", "{} + {}")
NOTHING_PLANNED = Text("rien de prévu", "nothing planned")

# overrides
OVERRIDES = Text("Pris en main", "Taken in hand")
NO_OVERRIDE = Text("Tous les équipements suivent leur programme.", "All equipment follows its programme.")
UNTOLD = Text(
    "On ignore ce qui est pris en main : la station ne répond pas.",
    "What is taken in hand is not known: no station answers.",
)
EQUIPMENT = Text("Équipement", "Equipment")
WHO = Text("Par", "By")
UNTIL = Text("Jusqu'à", "Until")
RESUME = Text("Reprendre le programme", "Resume the programme")
RESUME_TIP = Text(
    "L'équipement retrouve tout de suite ce qui est prévu à cette heure",
    "The equipment takes up at once what is planned for this hour",
)
OUTCOMES = {
    "refused": Text("refusé", "refused"),
    "failed": Text("échoué", "failed"),
    "unknown": Text("résultat inconnu", "outcome unknown"),
    "held": Text("retenu", "held back"),
}

# calendars
CALENDARS = Text("Calendriers", "Calendars")
CALENDAR = Text("Calendrier", "Calendar")
FOR_EVER = Text("sans fin", "no end")
ENDS = Text("jusqu'au {}", "until {}")
ENDS_SOON = Text("se termine le {} : à compléter", "ends on {}: needs more days")
ENDED = Text("terminé le {} : à compléter", "ended on {}: needs more days")

# the year
EARLIER = Text("Année précédente", "Year before")
LATER = Text("Année suivante", "Year after")
TODAY = Text("Aujourd'hui", "Today")
EXPORT = Text("Exporter", "Export")
AS_PNG = Text("Image (PNG)…", "Picture (PNG)…")
AS_PDF = Text("Page à imprimer (PDF)…", "Page to print (PDF)…")
AS_CSV = Text("Tous les changements de l'année (CSV)…", "All changes of the year (CSV)…")
SAVE_TITLE = Text("Exporter l'année", "Export the year")
SUNSET_RISE = Text("coucher et lever du soleil", "sunset and sunrise")
TWILIGHT = Text("crépuscule civil", "civil twilight")
SKIPPED = Text("Cette heure n'existe pas : l'horloge avance", "This hour does not exist: the clock goes forward")
CLOCK_CHANGED = Text("changement d'heure", "clock changed")
STATE_HOURS = Text("{} {} h", "{} {} h")
IN_THE_YEAR = Text("{} sur l'année", "{} in the year")
ON_CONDITION = Text("À condition que : {}", "On condition that: {}")
HOURS = Text("allumé {} h/an", "on {} h a year")
FULL_HOURS = Text("{} h à pleine puissance", "{} h at full")
SAVED_SHARE = Text("gradation : -{} %", "dimming: -{} %")
ENERGY = Text("{} kWh estimés", "{} kWh estimated")
PICTURE = Text("Année prévue : jour et heure", "Year as planned: day and hour")
KEYS = Text(
    "← → : jour · Page préc./suiv. : mois · Origine : aujourd'hui",
    "← → day · Page Up/Down month · Home today",
)

# the day
TIME = Text("Heure", "Time")
WHAT = Text("Ce qui est demandé", "What is asked")
WHY = Text("Programme", "Programme")
WHICH = Text("Équipements", "Equipment")
WHICH_ONES = Text("{} : {}", "{}: {}")
NO_CHANGE = Text("Aucun changement ce jour-là.", "No change on that day.")
NIGHT_OF = Text("Nuit du {}", "Night of {}")
DAY_OF = Text("{}", "{}")
AT = Text("{} : {}", "{}: {}")

SUN = {
    SunEvent.SUNRISE: Text("lever", "sunrise"),
    SunEvent.SUNSET: Text("coucher", "sunset"),
    SunEvent.DAWN: Text("aube", "dawn"),
    SunEvent.DUSK: Text("crépuscule", "dusk"),
}

# the faceplate
PROGRAMME = Text("Programme horaire", "Programme")
PLANNED = Text("Prévu", "Planned")
FOLLOWS = Text("Suit le programme", "Follows the programme")
HELD_UNTIL = Text("Pris en main par {} jusqu'à {}", "Taken in hand by {} until {}")
UNTIL_EVENT = Text("jusqu'à {}, prévu", "until {}, planned")
UNTIL_NIGHT = Text("jusqu'au jour, {}", "until sunrise, {}")
UNTIL_HOURS = Text("pendant {} h", "for {} h")
HOLD = Text("Suspendre", "Hold")
RESUME_SHORT = Text("Reprendre", "Resume")
NO_LINK = Text("Sans mesure valide : rien n'est commandé.", "No good value: nothing is commanded.")

# paper
COLUMNS = (
    Text("Heure locale", "Local time"), Text("UTC", "UTC"), Text("Type de jour", "Day type"), Text("Jour", "Day"),
    Text("Programme", "Programme"), Text("Commande", "Command"), Text("Valeur", "Value"),
    Text("Équipements", "Equipment"),
)  # fmt: skip
MADE = Text("Établi le {} par {} · Vigie", "Made on {} by {} · Vigie")
YEAR_OF = Text("Année {1} – {0} équipement{s}", "Year {1} – {0} equipment")
