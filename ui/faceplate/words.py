"""The words of the faceplate, in both languages."""

from supervisor.model import Text

CHOOSE = Text(fr="Choisissez un équipement pour voir sa fiche.", en="Choose an equipment to see its faceplate.")
CLOSE = Text(fr="Fermer la fiche", en="Close the faceplate")
STATE = Text(fr="État", en="State")
QUALITY = Text(fr="Mesure : {quality}", en="Value: {quality}")
LAST_MINUTES = Text(fr="{name}, 30 min", en="{name}, last 30 min")
ALARMS = Text(fr="Alarmes", en="Alarms")
CAUSE = Text(fr="Cause probable", en="Likely cause")
CONSEQUENCE = Text(fr="Conséquence", en="Consequence")
ACTION = Text(fr="Consigne", en="What to do")
SINCE = Text(fr="depuis {span}", en="for {span}")
INTERLOCKS = Text(fr="Verrouillages", en="Interlocks")
EVENTS = Text(fr="Derniers événements", en="Recent events")
NO_EVENT = Text(fr="Rien au journal", en="Nothing in the journal")
PARTS = Text(fr="Parties", en="Parts")

# commands
COMMAND = Text(fr="Commande", en="Command")
RIGHTS = Text(fr="Droits : {role}", en="Rights: {role}")
NO_RIGHT = Text(fr="Réservé : {role}", en="Reserved: {role}")
NO_CLASS = Text(fr="Réservé : commandes de classe « {name} »", en="Reserved: {name} commands")
LOCKED = Text(fr="Consigné : aucune commande ne passe", en="Locked out: no command passes")
BLOCKED = Text(fr="{command} : il faut « {lock} »", en='{command}: needs "{lock}"')
UNVERIFIED = Text(fr="{command} : « {lock} » n'est pas vérifiable", en='{command}: "{lock}" cannot be verified')
WRITE = Text(fr="Envoyer", en="Send")
RANGE = Text(fr="{low} à {high} {unit}", en="{low} to {high} {unit}")
NOT_A_NUMBER = Text(fr="Entrez un nombre.", en="Enter a number.")
OUTSIDE = Text(fr="La valeur doit être entre {range}.", en="The value must be {range}.")
SILENT = Text(
    fr="Le poste n'a pas répondu : nul ne sait si la commande est partie. Consultez le journal avant de recommencer.",
    en="The station did not answer: nobody knows whether the command left. Look at the journal before trying again.",
)

# confirm
ASK = Text(fr="{command} ?", en="{command}?")
CANCEL = Text(fr="Annuler  Échap", en="Cancel  Esc")
CONFIRM = Text(fr="Confirmer", en="Confirm")
EXPIRES = Text(fr="Sélection avant exécution · expire dans {n} s", en="Select before operate · expires in {n} s")
EXPIRED = Text(fr="La confirmation a expiré : rien n'a été envoyé.", en="The confirmation expired: nothing was sent.")
TO = Text(fr="{command} : {value}", en="{command}: {value}")
UNKNOWN_NOW = Text(fr="inconnu, mesure invalide", en="unknown, bad value")
NOW = Text(fr="Actuellement : {name} – {value}", en="Now: {name} – {value}")

# two persons
TWO_PERSONS = Text(fr="Seconde personne requise", en="A second person is needed")
ASKED_FOR = Text(fr="{command} · demandé par {who}", en="{command} · asked by {who}")
APPROVAL_EXPIRES = Text(
    fr="Rien n'est envoyé sans elle · expire dans {span}", en="Not sent without · expires in {span}"
)
APPROVE = Text(fr="Approuver", en="Approve")
DECLINE = Text(fr="Ne pas approuver", en="Decline")
CANCEL_COMMAND = Text(fr="Annuler l'ordre", en="Cancel command")
APPROVE_HERE = Text(fr="Approuver ici…", en="Approve here…")
SECOND_ID = Text(fr="Identifiant de la seconde personne", en="Second person's id")
PASSWORD = Text(fr="Son mot de passe", en="Their password")
SECOND_MISSING = Text(
    fr="L'identifiant et le mot de passe de la seconde personne sont nécessaires.",
    en="It takes the id and the password of the second person.",
)

# ledger
STEPS = {
    "requested": Text(fr="Demandée", en="Requested"),
    "checked": Text(fr="Contrôlée : droits, verrouillages", en="Checked: rights, interlocks"),
    "selected": Text(fr="Sélectionnée, équipement réservé", en="Selected, equipment reserved"),
    "awaiting": Text(fr="Soumise à approbation", en="Sent for approval"),
    "approved": Text(fr="Approuvée par {who}", en="Approved by {who}"),
    "journalled": Text(fr="Inscrite au journal", en="Written to the journal"),
    "written": Text(fr="Envoyée, acceptée par l'automate", en="Sent, accepted by the controller"),
    "read_back": Text(fr="Relue comme attendu", en="Read back as expected"),
    "confirmed": Text(fr="Confirmée : {name}", en="Confirmed: {name}"),
}
CONFIRMED_PLAINLY = Text(fr="Confirmée sur le terrain", en="Confirmed in the field")
OUTCOMES = {
    "done": Text(fr="Exécutée", en="Done"),
    "refused": Text(fr="Refusée", en="Refused"),
    "failed": Text(fr="Échouée", en="Failed"),
    "unknown": Text(fr="Résultat inconnu", en="Outcome unknown"),
}
TURNED_DOWN = {
    "cancelled": Text(fr="Annulée", en="Cancelled"),
    "lapsed": Text(fr="Sélection expirée", en="Selection lapsed"),
    "expired": Text(fr="Approbation expirée", en="Approval lapsed"),
    "declined": Text(fr="Non approuvée", en="Not approved"),
    "restarted": Text(fr="Non envoyée", en="Not sent"),
    "stopped": Text(fr="Non envoyée", en="Not sent"),
    "emergency": Text(fr="Écartée par une urgence", en="Set aside by an emergency"),
}
"""What is said in the place of "refused" where it was a person or the time that said no."""
WAITING = {
    "selected": Text(fr="Sélectionnée, en attente", en="Selected, waiting"),
    "awaiting": Text(fr="En attente d'approbation", en="Awaiting approval"),
}
UNKNOWN_ADVICE = Text(
    fr="Vérifiez sur place ou par la mesure avant de recommencer. La commande n'est jamais répétée seule.",
    en="Check on site or by the measured value before trying again. The command is never repeated by itself.",
)
UNDER_WAY = Text(fr="En cours…", en="Under way…")
BY = Text(fr="{command} · {who} · {time}", en="{command} · {who} · {time}")

# journal
KINDS = {
    "raise": Text(fr="Apparition : {name}", en="Raised: {name}"),
    "clear": Text(fr="Disparition : {name}", en="Cleared: {name}"),
    "acknowledge": Text(fr="Acquittée : {name}", en="Acknowledged: {name}"),
    "requested": Text(fr="Commande : {name}", en="Command: {name}"),
    "outcome": Text(fr="{name} : {result}", en="{name}: {result}"),
    "shelve": Text(fr="Mise de côté : {name}", en="Shelved: {name}"),
    "unshelve": Text(fr="Remise en service : {name}", en="Unshelved: {name}"),
    "reset": Text(fr="Réarmée : {name}", en="Reset: {name}"),
}
