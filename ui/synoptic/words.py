"""The words of synoptic pages that no site writes, in both languages."""

from supervisor.model import Text

# lighting
NIGHT = Text(fr="Nuit : allumage attendu", en="Night: lights expected on")
DAY = Text(fr="Jour : extinction attendue", en="Day: lights expected off")
SUNRISE = Text(fr="lever", en="sunrise")
SUNSET = Text(fr="coucher", en="sunset")
AGREES_ON = Text(fr="allumé, courant mesuré", en="on, current measured")
AGREES_OFF = Text(fr="éteint, sans courant", en="off, no current")
ORDERED_ON = Text(fr="le contacteur n'a pas suivi", en="the contactor did not follow")
ORDERED_OFF = Text(fr="le contacteur est resté collé", en="the contactor stuck")
NO_CURRENT = Text(fr="allumé mais sans courant", en="on but no current flows")
STRAY_CURRENT = Text(fr="éteint mais courant mesuré", en="off but current flows")
UNKNOWN = Text(fr="non vérifiable", en="cannot be checked")
# water
START = Text(fr="marche", en="start")
STOP = Text(fr="arrêt", en="stop")
STEADY = Text(fr="niveau stable", en="steady")
FALLING = Text(fr="niveau en baisse", en="falling")
MEASURING = Text(fr="mesure en cours", en="measuring")
# traffic
SECONDS_AGO = Text(fr="il y a {n} s", en="{n} s ago")
NOW = Text(fr="maintenant", en="now")
CYCLE = Text(fr="cycle", en="cycle")
# transit
OUTBOUND = Text(fr="sens aller", en="outbound")
INBOUND = Text(fr="sens retour", en="inbound")
ON_TIME = Text(fr="à l'heure", en="on time")
LATE = Text(fr="retard {n} min", en="{n} min late")
EARLY = Text(fr="avance {n} min", en="{n} min early")
VEHICLE = Text(fr="Véhicule", en="Vehicle")
DIRECTION = Text(fr="Sens", en="Direction")
TOWARDS = Text(fr="Destination", en="Towards")
NEXT_STOP = Text(fr="Prochain arrêt", en="Next stop")
SPEED = Text(fr="Vitesse", en="Speed")
PUNCTUALITY = Text(fr="Horaire", en="Punctuality")
OCCUPANCY = Text(fr="Charge", en="Occupancy")
DOORS = Text(fr="Portes", en="Doors")
NO_POSITION = Text(fr="{n} sans position", en="{n} without a position")
NO_VEHICLE = Text(fr="Aucun véhicule n'est rattaché à cette ligne.", en="No vehicle belongs to this line.")
MORE = Text(fr="et {n} de plus", en="and {n} more")
# the page
NO_EQUIPMENT = Text(
    fr="Choisissez un équipement : dans la navigation, sur la carte, ou avec Ctrl K.",
    en="Choose an equipment: in the navigation, on the map, or with Ctrl K.",
)
FACEPLATE = Text(fr="Fiche", en="Faceplate")
TRENDS = Text(fr="Tendances", en="Trends")
ACKNOWLEDGE = Text(fr="Acquitter la page", en="Acknowledge page")
LINK = Text(fr="Liaison", en="Link")
MEASUREMENTS = Text(fr="Mesures", en="Measurements")
OTHERS = Text(fr="Autres valeurs", en="Other values")
