"""The words of the page of rounds, in both languages."""

from supervisor.model import Text
from supervisor.rounds.states import Mark, State

TITLE = Text("Commandes groupées", "Rounds")
NEW = Text("Nouvelle…", "New…")
NONE = Text(
    "Aucune commande groupée. « Nouvelle… » en prépare une : rien ne part avant l'essai à blanc.",
    "No round yet. “New…” prepares one: nothing leaves before the dry run.",
)
NUMBER = Text("N°", "No.")
WHAT = Text("Commande", "Command")
STATE = Text("État", "State")
PROGRESS = Text("Demandées", "Asked")
COUNT = Text("{} en tout", "{} in all")
STATES = {
    State.PLANNED: Text("Préparée", "Planned"),
    State.RUNNING: Text("En cours", "Running"),
    State.HELD: Text("À poursuivre", "Held"),
    State.STOPPED: Text("Arrêtée", "Stopped"),
    State.DONE: Text("Achevée", "Complete"),
    State.ENDED: Text("Terminée", "Ended"),
}
WHOLE_SITE = Text("Tout le site", "Whole site")
SELECTION = Text("Sélection : {}", "Selection: {}")
AND_MORE = Text("{1} et {0} autre{s}", "{1} and {0} more")

# the chosen one
JOURNAL = Text("Journal", "Journal")
JOURNAL_TIP = Text("Tout ce qui la concerne, dans le journal", "All of it in the journal")
RELEASE = Text("Lancer l'étape {} ({} équipements)", "Release stage {} ({} equipment)")
RELEASE_ONE = Text("Lancer l'étape {} (1 équipement)", "Release stage {} (1 equipment)")
STOP = Text("Arrêter", "Stop")
STOP_TIP = Text("Plus rien ne part ; ce qui est parti se termine", "Nothing more leaves; what has left ends by itself")
END = Text("Terminer", "End")
END_TIP = Text("Ce qui attend ne sera pas demandé", "What waits will not be asked for")
PLANNED_BY = Text("Préparée par {} le {} à {}", "Planned by {} on {} at {}")
RELEASED_BY = Text("étape lancée par {}", "stage released by {}")
STAGE = Text("Étape {}", "Stage {}")
LOOK_FIRST = Text(
    "Étape finie. Vérifiez sur le terrain ou sur les vues, puis lancez la suite.",
    "The stage is over. Look at the field or at the pages, then release the next one.",
)
NOT_YET = Text("Rien n'est encore parti.", "Nothing has left yet.")
UNDER_WAY = Text("Commandes en cours…", "Commands under way…")
WRONG = Text("{} non exécutée{s}.", "{} not done.")
OVER = Text("Tout a été demandé.", "Everything has been asked for.")
LET_GO = Text("Le reste n'a pas été demandé.", "The rest was not asked for.")
CONSEQUENCE = Text("Conséquence : {}", "Consequence: {}")
EFFECT = Text("Effet prévu : {}", "Expected effect: {}")
TARGETS = Text("Équipements de la commande groupée", "Equipment of the round")
STAGES = Text("Étapes", "Stages")
EQUIPMENT = Text("Équipement", "Equipment")
STAGE_HEAD = Text("Étape", "Stage")
BEFORE = Text("Avant", "Before")
EXPECTED = Text("Attendu", "Expected")
OUTCOME = Text("Résultat", "Outcome")
REASON = Text("Motif", "Reason")
COMMAND = Text("Registre", "Ledger")
TIME = Text("Heure", "Time")
MARKS = {
    Mark.WAITING: Text("en attente", "waiting"),
    Mark.ASKING: Text("en cours", "under way"),
    Mark.ASKED: Text("en cours", "under way"),
    Mark.DONE: Text("exécutée", "done"),
    Mark.REFUSED: Text("refusée", "refused"),
    Mark.FAILED: Text("échec", "failed"),
    Mark.UNKNOWN: Text("inconnu", "unknown"),
    Mark.LEFT_OUT: Text("laissé de côté", "left out"),
}
COUNTED = {
    Mark.DONE: Text("{} exécutée{s}", "{} done"),
    Mark.REFUSED: Text("{} refusée{s}", "{} refused"),
    Mark.FAILED: Text("{} échec{s}", "{} failed"),
    Mark.UNKNOWN: Text("{} inconnue{s}", "{} unknown"),
    Mark.ASKED: Text("{} en cours", "{} under way"),
    Mark.WAITING: Text("{} en attente", "{} waiting"),
}
"""In the order they are told."""
LEFT_OUT = Text("{} laissé{s} de côté", "{} left out")

# a new one
NEW_TITLE = Text("Nouvelle commande groupée", "New round")
TYPE = Text("Type d'équipement", "Equipment type")
VALUE = Text("Valeur", "Value")
WHERE = Text("Où", "Where")
LEAVE_SAME = Text("Laisser de côté ce qui est déjà ainsi", "Leave out what is already so")
LEAVE_REFUSED = Text("Laisser de côté ce qui serait refusé", "Leave out what would be refused")
DRY_RUN = Text("Essai à blanc", "Dry run")
DRY_RUN_TIP = Text("Rien ne part : dit seulement ce qui arriverait", "Nothing leaves: it only tells what would happen")
KEEP = Text("Préparer ({} équipements)", "Plan ({} equipment)")
KEEP_ONE = Text("Préparer (1 équipement)", "Plan (1 equipment)")
KEEP_NONE = Text("Préparer", "Plan")
CANCEL = Text("Annuler", "Cancel")
ASK_FIRST = Text(
    "Choisissez la commande et le lieu, puis lancez l'essai à blanc : il montre chaque équipement, ce qui changerait, "
    "et les refus avec leur motif.",
    "Choose the command and the place, then make the dry run: it shows each equipment, what would change, and "
    "refusals with their reasons.",
)
NO_VALUE = Text("Entrez un nombre.", "Enter a number.")
NOW = Text("Maintenant", "Now")
PLANNED = Text("Prévu", "Planned")
WILL_CHANGE = Text("changera", "will change")
SAME = Text("déjà ainsi", "already so")
REFUSED = Text("refusé", "refused")
SHARES = Text("Étapes : {}", "Stages: {}")
THEN = Text(" puis ", " then ")
POWER = Text("{} kW en ce moment sur ces départs", "{} kW there now")
WITHOUT = Text("{} retiré{s} à la main", "{} taken out by hand")
ALL_AGAIN = Text("Tout reprendre", "Take all again")
TAKE_OUT = Text("Retirer de la sélection", "Take out")
TAKE_OUT_TIP = Text(
    "L'équipement choisi dans la liste n'en fera pas partie", "The equipment chosen in the list is left out"
)
