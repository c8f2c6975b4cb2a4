"""What `vigie run`, `demo`, `station`, `sheet`, `check` and `import` say, in both languages. The French of mistakes
and of what stopped a command is in `supervisor.mistakes`."""

from __future__ import annotations

import argparse
import logging
import tomllib
from pathlib import Path

from supervisor.model import Text

# ---------------------------------------------------------------- run, demo, station
READY = Text(
    "poste prêt : {}, {} liaisons, {} tags, données dans {}", "station ready: {}, {} links, {} tags, data in {}"
)
STOPS = Text("le poste s'arrête", "station stops")
CRASHES = Text("la fenêtre plante sans cesse ; la cause est dans {}", "the window crashes again and again; see {}")
TELLING = Text("la ville raconte ses {} dernières heures", "telling the last {} h of the city")
TOLD = Text("  {} mesures en {} s", "  {} samples in {} s")
NAMES = {
    "station": Text("le poste", "station"),
    "window": Text("la fenêtre", "window"),
    "city": Text("la ville simulée", "city"),
}
"""Children of one `vigie run`, as a line tells of them."""
LINES = {
    text.en: text
    for text in (
        Text("démarrage : %s", "Starting the %s"),
        Text("%s ne peut pas démarrer : %s", "The %s cannot be started: %s"),
        Text("%s ne s'arrêtait pas : arrêt forcé", "The %s did not end by itself and was killed"),
        Text("%s : ce qui s'y dit n'est pas conservé (%s)", "What the %s says is not kept: %s"),
        Text(
            "le poste (processus %d) ne bat plus depuis %.0f s : arrêt forcé",
            "The station (process %d) has not beaten for %.0f s: killing it",
        ),
        Text("le poste (processus %d) ne peut pas être arrêté : %s", "The station (process %d) cannot be killed: %s"),
        Text(
            "la ville ne répond pas depuis %.0f s : voir city.log dans le dossier des données",
            "The city has not answered for %.0f s: see city.log in the data folder",
        ),
        Text(
            "le poste (processus %d) n'a pas été démarré ici et continue",
            "The station (process %d) was not started here and goes on",
        ),
    )
}
"""Lines of the log that somebody at the terminal of `vigie run` reads, by what the program writes."""

# ---------------------------------------------------------------- sheet
WHERE_TO = Text(
    "indiquez où : --pdf FICHIER, --html FICHIER, ou les deux", "say where to: --pdf FILE, --html FILE, or both"
)
NO_EQUIPMENT = Text("{} n'a pas d'équipement « {} ».", '{} has no equipment "{}".')
NO_STATION = Text(
    "aucun poste ne tourne sur {} : démarrez-le d'abord, la fiche est lue à travers lui",
    "no station runs on {}: start it first, the sheet is read through it",
)
SHEET = Text("{} : mesures valides {} sur {} ; {}", "{}: {} of {} tags are good; {}")
NO_ENGINEER = Text(
    "people.toml n'a pas d'ingénieur, et les lectures d'essai demandent ce rôle : dites qui lit avec --user",
    "people.toml has no engineer, and test reads take that role: say who reads with --user",
)

# ---------------------------------------------------------------- check, import
WARNING = Text("avertissement : {}", "warning: {}")
NOTE = Text("note : {}", "note: {}")
SOUND = Text(
    "{} : {} équipements sur {} liaisons, {} tags, {} alarmes, {} pages ; aucune erreur",
    "{}: {} equipment on {} links, {} tags, {} alarms, {} pages; no mistake found",
)
MISTAKE = Text("une erreur dans le dossier du site", "1 mistake in the site folder")
MISTAKES = Text("{} erreurs dans le dossier du site", "{} mistakes in the site folder")
ONLY_A_LIST = Text(
    "--url et --settings sont pour une liste d'équipements en CSV",
    "--url and --settings are for a list of equipment in CSV",
)
SOUND_WITH_IT = Text(
    "{} n'a pas d'erreur avec cela ; redémarrez son poste pour l'utiliser",
    "{} has no mistake with it; restart its station to use it",
)


def tongue(given: argparse.Namespace) -> str:
    """The language of one command before its site is read, or where that cannot be: the one asked for, else what
    site.toml says as it stands; English where nobody can tell."""
    wish = getattr(given, "language", None)
    if wish:
        return str(wish)
    try:
        said = tomllib.loads((Path(given.site) / "site.toml").read_text("utf-8")).get("language", "fr")
    except (OSError, ValueError, AttributeError, TypeError):
        return "en"
    return "fr" if said == "fr" else "en"


class Lines(logging.Formatter):
    """See `LINES`; a line that is not among them stands as it was written."""

    def __init__(self, language: str) -> None:
        super().__init__("vigie: %(message)s")
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        text = LINES.get(str(record.msg))
        if text is None or not isinstance(record.args, tuple):
            return super().format(record)
        words = tuple(NAMES[one].say(self._language) if one in NAMES else one for one in record.args)
        return f"vigie: {text.say(self._language) % words}"


def to_terminal(language: str) -> None:
    """Log to the terminal in this language; nothing where logging is set up already."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(language))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
