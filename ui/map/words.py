"""Words of the map."""

from supervisor.model import Text

SHOWN = Text(fr="Afficher", en="Show")
WHOLE_CITY = Text(fr="Toute la ville", en="Whole city")
ALARMS_ONLY = Text(fr="Seulement ce qui est en alarme", en="Only what is in alarm")
LEGEND = Text(fr="Légende", en="Legend")
IN_SERVICE = Text(fr="en service", en="active")
AT_REST = Text(fr="à l'arrêt ou éteint", en="at rest or off")
NO_VALUE = Text(fr="valeur inconnue", en="value unknown")
IN_ALARM = Text(fr="en alarme, priorité 1 à 4", en="in alarm, priority 1 to 4")
LOCKED_OUT = Text(fr="consigné, aucune commande", en="locked out, no command")
GROUP = Text(fr="groupe d'équipements", en="group of equipment")
VEHICLE = Text(fr="véhicule, sa ligne, son cap", en="vehicle, its line, its heading")
CLOSER = Text(fr="Rapprocher", en="Closer")
FARTHER = Text(fr="Éloigner", en="Farther")
EMPTY = Text(
    fr="Aucun fond de carte : placez des fichiers GeoJSON dans le dossier map du site.",
    en="No map: put GeoJSON files into the site's map folder.",
)
MEMBERS = Text(fr="{} équipement{s}", en="{} piece{s} of equipment")
CLICK = Text(fr="Cliquer pour rapprocher", en="Click to come closer")
