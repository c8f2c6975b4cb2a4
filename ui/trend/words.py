"""Words of the trends."""

from supervisor.model import Text

TAG = Text(fr="Grandeur", en="Quantity")
NOW = Text(fr="Actuel", en="Now")
THEN = Text(fr="Alors", en="Then")
CURSOR = Text(fr="Curseur", en="Cursor")
FIRST_MARK = Text(fr="Repère A", en="Cursor A")
SECOND_MARK = Text(fr="Repère B", en="Cursor B")
COUNT = Text(fr="Valeurs", en="Samples")
GOOD = Text(fr="Fiable", en="Good")
DELTA = Text(fr="Écart", en="Difference")
LOWEST = Text(fr="Minimum", en="Minimum")
MEAN = Text(fr="Moyenne", en="Mean")
HIGHEST = Text(fr="Maximum", en="Maximum")
SCALE = Text(fr="Échelle", en="Range")
LIVE = Text(fr="Direct", en="Live")
LIVE_THEN = Text(fr="Suivre l'instant", en="Follow the instant")
"""In the past: the right end is the instant shown, and nothing is live."""
LIVE_TIP = Text(
    fr="Suivre l'instant présent (double clic sur le tracé)", en="Follow the present (double click on the plot)"
)
FITTED = Text(fr="Échelle ajustée", en="Fit scales")
FITTED_TIP = Text(
    fr="Ajuster chaque échelle aux valeurs affichées, au lieu de l'étendue de mesure",
    en="Fit each scale to the values shown instead of the measuring range",
)
EXPORT = Text(fr="Exporter…", en="Export…")
ADD = Text(fr="Ajouter une courbe… (Inser)", en="Add a pen… (Ins)")
CLEAR = Text(fr="Tout retirer", en="Remove all")
COMPARE = Text(fr="Comparer", en="Compare")
COMPARE_TIP = Text(
    fr="Tracer derrière les courbes les mêmes heures d'un jour passé",
    en="Draw the same hours of an earlier day behind the pens",
)
NOTE = Text(fr="Annoter…", en="Note…")
NOTE_TIP = Text(
    fr="Écrire une annotation au repère A, sinon au pointeur", en="Write a note at cursor A, else at the pointer"
)
NOTE_TITLE = Text(fr="Nouvelle annotation", en="New note")
ALL_PENS = Text(fr="Toutes les courbes", en="All pens")
WITHDRAW = Text(fr="Retirer « {} » ?", en="Withdraw “{}”?")
NO_NOTES = Text(fr="Les annotations ne peuvent pas être lues : {}", en="Notes cannot be read: {}")
SPACES = Text(fr="Espaces de travail", en="Workspaces")
SPACES_TIP = Text(fr="Espaces de travail enregistrés", en="Saved trend workspaces")
NO_SPACE = Text(fr="Aucun espace enregistré", en="No workspace saved")
SAVE_SPACE = Text(fr="Enregistrer l'espace…", en="Save the workspace…")
SAVE_SPACE_MORE = Text(
    fr="Courbes, axes, période et comparaisons. Un espace du même nom est remplacé.",
    en="Pens, axes, span and comparisons. A workspace of the same name is replaced.",
)
RENAME_SPACE = Text(fr="Renommer", en="Rename")
DELETE_SPACE = Text(fr="Supprimer", en="Delete")
DELETE_SURE = Text(fr="Supprimer l'espace « {} » ?", en="Delete the workspace “{}”?")
SPACE_SAVED = Text(fr="Espace « {} » enregistré", en="Workspace “{}” saved")
SPACE_DELETED = Text(fr="Espace « {} » supprimé", en="Workspace “{}” deleted")
SPACE_UNWRITTEN = Text(
    fr="Le disque refuse l'enregistrement : « {} » ne vaut que jusqu'à la fermeture de la fenêtre.",
    en="The disk refuses: “{}” holds only until the window is closed.",
)
LOST_PENS = Text(fr="Absents de ce site, non tracés : {}", en="Not on this site, not drawn: {}")
APART = Text(fr="Axe à part", en="Axis of its own")
TOGETHER = Text(fr="Axe commun de son unité", en="Shared axis of its unit")
REMOVE = Text(fr="Retirer", en="Remove")
FOLD = Text(fr="Replier les tendances", en="Fold the trends away")
UNFOLD = Text(fr="Déplier les tendances", en="Unfold the trends")
NO_PEN = Text(
    fr="Aucune courbe.\nTapez le nom d'une grandeur ci-dessus (Inser), ou faites glisser ici un équipement ou une"
    "\nmesure depuis la navigation, la face avant ou la recherche (Ctrl K).",
    en="No pen.\nType the name of a quantity above (Ins), or drag an equipment or a measurement here"
    "\nfrom the navigation, the faceplate or the search (Ctrl K).",
)
DROP = Text(fr="Déposer ici pour tracer", en="Drop here to draw")
NOT_DRAWN = Text(fr="{}\u00a0: rien qui se trace en courbe.", en="{}: nothing that can be drawn as a pen.")
NO_PEN_DOCK = Text(fr="Rien à tracer pour cet équipement", en="Nothing to draw for this equipment")
FULL = Text(fr="Huit courbes au plus : retirez-en une.", en="Eight pens at most: remove one.")
READING = Text(fr="Lecture de l'historique…", en="Reading history…")
UNSURE = Text(
    fr="Avant le {} : valeurs condensées, valeurs arrivées en retard comprises",
    en="Before {}: condensed values, those that came late included",
)
"""Of what was known: the samples were dropped, and with them when they came."""
NOTHING_HERE = Text(fr="Aucune valeur archivée sur cette période", en="No recorded value in this period")
NO_HISTORY = Text(fr="L'historique ne peut pas être lu : {}", en="History cannot be read: {}")
SAVED = Text(fr="Courbes enregistrées dans {}", en="Pens saved to {}")
SAVE_TITLE = Text(fr="Enregistrer les courbes", en="Save the pens")
AS_CSV = Text(fr="Tableau CSV…", en="CSV table…")
AS_PDF = Text(fr="Page PDF…", en="PDF page…")
PRINT = Text(fr="Imprimer…", en="Print…")
UNPRINTED = Text(
    fr="La page n'a pas pu être écrite : vérifiez le dossier, le disque ou l'imprimante.",
    en="The page could not be written: check the folder, the disk or the printer.",
)
TITLE = Text(fr="Tendances", en="Trends")
UNIT = Text(fr="Unité", en="Unit")
ZONE = Text(fr="Heure locale {} (UTC{}) · durée {}", en="Local time {} (UTC{}) · {} long")
COMPARED_WITH = Text(fr="Comparé à :", en="Compared with:")
FIGURES_OF = Text(fr="Statistiques de A à B :", en="Figures from A to B:")
MADE = Text(fr="Édité le {} par {}", en="Made {} by {}")
MORE_NOTES = Text(fr="… et {} autre{s} annotation{s}", en="… and {} more note{s}")
MORE_HOLES = Text(fr="… et {} autre{s} trou{s}", en="… and {} more hole{s}")
HOLE = Text(fr="Trou", en="Hole")
HOLE_UNTIL = Text(fr="trou jusqu'à {} : {}, {}", en="hole until {}: {}, {}")
HOLE_OPEN = Text(fr="trou : {}, {}", en="hole: {}, {}")
COLUMNS = (
    Text(fr="tag", en="tag"),
    Text(fr="désignation", en="name"),
    Text(fr="unité", en="unit"),
    Text(fr="heure locale", en="local time"),
    Text(fr="heure UTC", en="UTC time"),
    Text(fr="valeur", en="value"),
    Text(fr="minimum", en="minimum"),
    Text(fr="maximum", en="maximum"),
    Text(fr="trou", en="hole"),
)
"""Of the exported table."""

SPANS = (
    (Text(fr="10 min", en="10 min"), 600),
    (Text(fr="1 h", en="1 h"), 3600),
    (Text(fr="8 h", en="8 h"), 8 * 3600),
    (Text(fr="24 h", en="24 h"), 86_400),
    (Text(fr="7 j", en="7 d"), 7 * 86_400),
    (Text(fr="30 j", en="30 d"), 30 * 86_400),
)
"""Buttons of the time span: words and seconds."""
