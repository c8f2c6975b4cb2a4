"""Words of the trends."""

from supervisor.model import Text

TAG = Text(fr="Tag", en="Tag")
NOW = Text(fr="Actuel", en="Now")
CURSOR = Text(fr="Curseur", en="Cursor")
SCALE = Text(fr="Échelle", en="Range")
LIVE = Text(fr="Direct", en="Live")
EXPORT = Text(fr="Exporter…", en="Export…")
ADD = Text(fr="Ajouter un tag…", en="Add a tag…")
REMOVE = Text(fr="Retirer", en="Remove")
NO_PEN = Text(
    fr="Aucune courbe. Tapez le nom d'un tag ci-dessus, ou choisissez « Tendance » sur un équipement.",
    en="No pen. Type the name of a tag above, or choose “Trend” on an equipment.",
)
FULL = Text(fr="Huit courbes au plus : retirez-en une.", en="Eight pens at most: remove one.")
READING = Text(fr="Lecture de l'historique…", en="Reading history…")
NO_HISTORY = Text(fr="L'historique ne peut pas être lu : {}", en="History cannot be read: {}")
SAVED = Text(fr="Courbes enregistrées dans {}", en="Pens saved to {}")
SAVE_TITLE = Text(fr="Enregistrer les courbes", en="Save the pens")
COLUMNS = Text(fr="tag;heure UTC;valeur", en="tag;time UTC;value")

SPANS = (
    (Text(fr="10 min", en="10 min"), 600),
    (Text(fr="1 h", en="1 h"), 3600),
    (Text(fr="8 h", en="8 h"), 8 * 3600),
    (Text(fr="24 h", en="24 h"), 86_400),
    (Text(fr="7 j", en="7 d"), 7 * 86_400),
    (Text(fr="30 j", en="30 d"), 30 * 86_400),
)
"""Buttons of the time span: words and seconds."""
