"""Words of the map."""

from supervisor.model import Text

SHOWN = Text(fr="Afficher", en="Show")
WHOLE_CITY = Text(fr="Toute la ville", en="Whole city")
ALARMS_ONLY = Text(fr="Seulement ce qui est en alarme", en="Only what is in alarm")
LEGEND = Text(fr="Légende", en="Legend")
IN_SERVICE = Text(fr="en service", en="active")
AT_REST = Text(fr="à l'arrêt, éteint", en="at rest, off")
NO_VALUE = Text(fr="valeur inconnue", en="value unknown")
IN_ALARM = Text(fr="en alarme, priorité 1 à 4", en="in alarm, priority 1 to 4")
GROUP = Text(fr="groupe d'équipements", en="group of equipment")
EMPTY = Text(
    fr="Aucun fond de carte : placez des fichiers GeoJSON dans le dossier map du site.",
    en="No map: put GeoJSON files into the site's map folder.",
)
LATE = Text(fr="retard", en="late")
