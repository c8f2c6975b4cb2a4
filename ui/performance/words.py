"""The words of the page of alarm performance, in both languages."""

from alarms.verdicts import PerformanceClass, Verdict
from supervisor.model import Text

TITLE = Text("Performance des alarmes", "Alarm performance")
LIVE = Text("30 derniers jours", "Last 30 days")
WHOLE_SITE = Text("Tout le site, un seul poste", "Whole site, one position")
POSITION = Text("Poste d'opérateur", "Operator position")
EXPORT = Text("Exporter", "Export")
AS_XLSX = Text("Classeur (XLSX)…", "Workbook (XLSX)…")
AS_CSV = Text("Table (CSV)…", "Table (CSV)…")
AS_PDF = Text("Page (PDF)…", "Page (PDF)…")
PRINT = Text("Imprimer…", "Print…")
SAVE_TITLE = Text("Enregistrer la performance", "Save the performance")
SAVED = Text("Enregistré : {}", "Saved: {}")
READING = Text("Lecture du journal…", "Reading the journal…")
EMPTY = Text(
    "Le journal ne contient aucune donnée sur cette période.",
    "The journal holds no data of this span.",
)
DAYS_ENOUGH = Text("{} jour{s} de données", "{} day{s} of data")
DAYS_FEW = Text(
    "{} jour{s} de données sur les 30 que demande la norme : indicatif",
    "{} day{s} of data of the 30 the standard asks for: indicative",
)
COUNTED = Text("{} alarme{s} annoncée{s}", "{} alarm{s} announced")
CLASS = Text("Classe EEMUA 191", "EEMUA 191 class")
CLASSES = {
    PerformanceClass.PREDICTIVE: Text("Prédictive", "Predictive"),
    PerformanceClass.ROBUST: Text("Robuste", "Robust"),
    PerformanceClass.STABLE: Text("Stable", "Stable"),
    PerformanceClass.REACTIVE: Text("Réactive", "Reactive"),
    PerformanceClass.OVERLOADED: Text("Surchargée", "Overloaded"),
}

# the table
MEASURE = Text("Indicateur", "Measure")
VALUE = Text("Valeur", "Value")
TARGET = Text("Cible", "Target")
VERDICT = Text("Verdict", "Verdict")
VERDICTS = {
    Verdict.GOOD: Text("Conforme", "On target"),
    Verdict.WATCH: Text("À surveiller", "To be watched"),
    Verdict.POOR: Text("Hors cible", "Off target"),
    Verdict.NONE: Text("Sans objet", "Not judged"),
}
MEASURES = {
    "per_hour": Text("Alarmes par heure", "Alarms per hour"),
    "per_day": Text("Alarmes par jour", "Alarms per day"),
    "per_slot": Text("Alarmes par 10 minutes", "Alarms per 10 minutes"),
    "peak": Text("Maximum en 10 minutes", "Most in 10 minutes"),
    "slots_over": Text("Tranches de 10 min à plus de 10 alarmes", "10 min slots with more than 10 alarms"),
    "flood_share": Text("Temps passé en avalanche", "Time spent in flood"),
    "top_share": Text("Part des dix plus fréquentes", "Share of the ten most frequent"),
    "chattering": Text("Alarmes battantes (3 en une minute)", "Chattering alarms (3 in a minute)"),
    "fleeting": Text("Alarmes fugitives (moins de 10 s)", "Fleeting alarms (less than 10 s)"),
    "stale": Text("Alarmes persistantes (plus de 24 h), pire jour", "Stale alarms (over 24 h), worst day"),
}
TARGETS = {
    "per_hour": Text("≤ 6 ; gérable ≤ 12", "≤ 6; manageable ≤ 12"),
    "per_day": Text("≤ 144 ; gérable ≤ 288", "≤ 144; manageable ≤ 288"),
    "per_slot": Text("≤ 1 ; gérable ≤ 2", "≤ 1; manageable ≤ 2"),
    "peak": Text("≤ 10", "≤ 10"),
    "slots_over": Text("< 1 %", "< 1 %"),
    "flood_share": Text("< 1 %", "< 1 %"),
    "top_share": Text("≤ 1 % ; au plus 5 %", "≤ 1 %; at most 5 %"),
    "chattering": Text("0, ou plan d'action", "0, or an action plan"),
    "fleeting": Text("0, ou plan d'action", "0, or an action plan"),
    "stale": Text("< 5, avec plan d'action", "< 5, with action plans"),
}
PRIORITY = Text("Priorité {} – {}", "Priority {} – {}")
PRIORITY_TARGETS = (
    Text("< 1 %", "< 1 %"),
    Text("environ 5 %", "about 5 %"),
    Text("environ 15 %", "about 15 %"),
    Text("environ 80 %", "about 80 %"),
)
SHELVED = Text("Mises de côté", "Shelvings")
SUPPRESSED = Text("Masquages par conception", "Suppressions by design")
REMOVED = Text("Mises hors service", "Removals from service")
HIDDEN = Text("Apparitions masquées à l'opérateur", "Raises hidden from the operator")
JOURNALLED = Text("auteur et motif au journal", "author and reason journalled")
NO_TARGET = Text("—", "—")

# the chart
PER_DAY = Text("Alarmes par jour", "Alarms per day")
ACCEPTABLE = Text("acceptable 144", "acceptable 144")
MANAGEABLE = Text("gérable 288", "manageable 288")
FLOODED = Text("jour d'avalanche", "day with a flood")
DAY_TIP = Text("{1} : {0} alarme{s}", "{1}: {0} alarm{s}")

# the lists
TOP = Text("Dix plus fréquentes", "Ten most frequent")
CHATTERING = Text("Battantes", "Chattering")
FLEETING = Text("Fugitives", "Fleeting")
STALE = Text("Persistantes", "Stale")
ALARM = Text("Alarme", "Alarm")
PLACE = Text("Équipement", "Equipment")
OFTEN = Text("Nombre", "Count")
SHARE = Text("Part", "Share")
SINCE = Text("Depuis", "Since")
STANDING = Text("Durée", "For")
PLAN = Text("Plan d'action", "Action plan")
WHO = Text("Responsable", "Responsible")
DUE = Text("Échéance", "Due")
NO_PLAN = Text("à rédiger", "to be written")
OVERDUE = Text("{} dépassée", "{} overdue")
STILL = Text("en cours", "standing")
NOTHING = {
    "top": Text("Aucune alarme annoncée sur cette période", "No alarm announced in this span"),
    "chattering": Text("Aucune alarme battante", "No chattering alarm"),
    "fleeting": Text("Aucune alarme fugitive", "No fleeting alarm"),
    "stale": Text("Aucune alarme n'a persisté plus de 24 heures", "No alarm stood for more than 24 hours"),
}

# the plan
CHOOSE = Text("Choisissez une alarme pour écrire son plan d'action.", "Choose an alarm to write its action plan.")
WHAT_TO_DO = Text("Action prévue", "Planned action")
WHO_DOES = Text("Responsable", "Responsible")
DUE_HINT = Text("jj/mm/aaaa", "yyyy-mm-dd")
KEEP = Text("Enregistrer le plan", "Keep the plan")
SHOW_ALARM = Text("Voir l'alarme", "Show the alarm")
WRITTEN_BY = Text("Écrit par {} le {}", "Written by {} on {}")
KEPT = Text("Plan d'action enregistré", "Action plan kept")
LET_GO = Text("Plan d'action retiré", "Action plan withdrawn")
GONE = Text("alarme retirée du site", "no longer in the site")
MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def month(year: int, number: int) -> Text:
    """A month as the screen says it."""
    return Text(f"{MONTHS_FR[number - 1].capitalize()} {year}", f"{MONTHS_EN[number - 1]} {year}")
