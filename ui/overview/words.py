"""Words of the overview."""

from supervisor.model import Text

TITLE = Text(fr="Vue générale", en="Overview")
QUIET = Text(fr="Rien à signaler : aucune alarme en cours.", en="All quiet: no standing alarm.")
BLIND = Text(
    fr="Plus aucune information à jour : surveillez par les moyens de secours.",
    en="Nothing is up to date any more: watch by other means.",
)
WAITING = Text(fr="{} alarme{s} à acquitter", en="{} alarm{s} to acknowledge")
KNOWN_ONE = Text(fr="1 alarme en cours, acquittée", en="1 standing alarm, acknowledged")
KNOWN_MANY = Text(fr="{} alarmes en cours, toutes acquittées", en="{} standing alarms, all acknowledged")
OLDEST = Text(fr="la plus ancienne depuis {}", en="the oldest for {}")
BAD = Text(fr="{} mesure{s} invalide{s}", en="{} bad tag{s}")
NO_AREA = Text(fr="Hors secteur", en="No area")
AREAS = Text(fr="Secteurs", en="Areas")
MADE_OF = Text(fr="{} mesure{s} valide{s} sur {}", en="{} good tag{s} of {}")
MORE = Text(fr="+ {} autre{s}", en="+ {} more")
CELL = Text(fr="{1} – {2} : {0} équipement{s}", en="{1} – {2}: {0} equipment")

# key figures
POWER = Text(fr="Puissance", en="Power")
CIRCUITS_ON = Text(fr="Allumés", en="Circuits on")
DOORS_OPEN = Text(fr="Portes ouv.", en="Doors open")
PUMPS_RUNNING = Text(fr="En marche", en="Running")
INFLOW = Text(fr="Débit entrant", en="Inflow")
RAIN = Text(fr="Pluie max.", en="Max. rain")
IN_NORMAL_MODE = Text(fr="Normaux", en="Normal")
FLOW = Text(fr="Trafic mesuré", en="Measured flow")
DARK = Text(fr="Éteints", en="Dark")
VEHICLES = Text(fr="Véhicules", en="Vehicles")
REGULARITY = Text(fr="Régularité", en="Regularity")
LATENESS = Text(fr="Retard moyen", en="Mean lateness")
FREE = Text(fr="Places libres", en="Free places")
OCCUPANCY = Text(fr="Occupation", en="Occupancy")
FULL = Text(fr="À collecter", en="To empty")
FILL = Text(fr="Remplissage", en="Fill level")
HOTTEST = Text(fr="Plus chaud", en="Hottest")
MOISTURE = Text(fr="Humidité moyenne", en="Mean moisture")
IN_COMFORT = Text(fr="En confort", en="In comfort")
OUTSIDE = Text(fr="Dehors", en="Outside")
HEATING_POWER = Text(fr="Chauffage", en="Heating")
LINKS_UP = Text(fr="Établies", en="Links up")
ROUND_TRIP = Text(fr="Réponse", en="Round trip")
GOOD = Text(fr="Valides", en="Good tags")
EQUIPMENT = Text(fr="Équipements", en="Equipment")

# what the rows of a card show
POWER_OF = Text(fr="Puissance par armoire", en="Power by cabinet")
LEVEL_OF = Text(fr="Niveau de bâche", en="Wet well level")
MODE_OF = Text(fr="Mode de fonctionnement", en="Operating mode")
REGULARITY_OF = Text(fr="Régularité par ligne", en="Regularity by line")
FREE_OF = Text(fr="Places libres", en="Free places")
FILL_OF = Text(fr="Remplissage", en="Fill level")
MOISTURE_OF = Text(fr="Humidité du sol", en="Soil moisture")
ROOM_OF = Text(fr="Salle la plus froide", en="Coldest room")
LINKS_OF = Text(fr="État des liaisons", en="State of the links")
"""Heading of the list on each card."""
