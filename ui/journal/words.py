"""The words of the page of the journal, in both languages."""

from supervisor.model import Text

NO_JOURNAL = Text(fr="Le journal est vide.", en="The journal is empty.")
NO_JOURNAL_HERE = Text(fr="Aucune ligne ne répond à ce filtre.", en="No row matches this filter.")
ALL_ACTS = Text(fr="Tous les actes", en="All acts")
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
