"""The words of the shift book."""

from __future__ import annotations

from supervisor.model import Text

NUMBER = Text("Quart n° {}", "Shift no. {}")
FROM_TO = Text("du {} au {}", "from {} to {}")
ON_DUTY = Text("Ont agi : {}", "Acted: {}")
RUNNING = Text("Quart en cours", "Running shift")
SIGNED_ONE = Text("Quart signé", "Signed shift")
SIGNED = Text("Quarts signés", "Signed shifts")
NONE_SIGNED = Text("Aucun quart n'a encore été signé.", "No shift has been signed yet.")
ADD_NOTE = Text("Noter", "Add")
NOTE_HINT = Text("Une note pour la relève…", "A note for the next shift…")
HAND_OVER = Text("Passer la main", "Hand over")
PAPER = Text("Imprimer / PDF", "Print / PDF")
SAVED = Text("Enregistré : {}", "Saved: {}")
BACK = Text("Revenir au quart en cours", "Back to the running shift")
WITHDRAW = Text("Retirer ma dernière note", "Take my last note back")

# hand-over
OUTGOING = Text("Vous partez : {}", "You go: {}")
NOBODY = Text("Ouvrez une session pour passer la main.", "Sign in to hand over.")
PASSWORD = Text("Votre mot de passe", "Your password")
INCOMING = Text("La relève : dans la liste, ou son identifiant", "Who takes over: from the list, or their id")
NO_RELIEF = Text("Pas de relève", "Nobody comes")
INCOMING_PASSWORD = Text("Mot de passe de la relève", "Their password")
REMARK = Text("Consignes", "Remarks")
REMARK_HINT = Text(
    "Ce que la relève doit savoir. Obligatoire sans relève.", "What they should know. Required where nobody comes."
)
SIGN = Text("Signer tous les deux", "Sign, both of you")
SIGN_ALONE = Text("Signer seul", "Sign alone")
HANDED = Text("Quart n° {} signé.", "Shift no. {} signed.")
HANDED_BUT = Text(
    "Quart n° {} signé ; la session n'a pas changé : {}", "Shift no. {} signed; the seat did not change: {}"
)
UNSURE = Text(
    "Le poste Vigie n'a pas répondu : regardez dans la liste si le quart est signé avant de recommencer.",
    "The station did not answer: see in the list whether the shift is signed before you try again.",
)

# the sheet
REMARKS = Text("Consignes", "Remarks")
FIGURES = Text("En bref", "In short")
RAISED = Text("Alarmes apparues", "Alarms raised")
ACKED = Text("Acquittements", "Acknowledgements")
FLOODS = Text("Avalanches d'alarmes", "Alarm floods")
COMMANDS = Text("Commandes", "Commands")
RESTARTS = Text("Démarrages du poste", "Starts of the station")
STANDING = Text("Alarmes présentes", "Alarms that stand")
HIDDEN = Text("Mises de côté et hors service", "Shelved and out of service")
LOCKS = Text("Consignations", "Lock-outs")
FAILED = Text("Commandes sans succès ou en cours", "Commands that failed or are under way")
OVERRIDES = Text("Forçages sur programme", "Programmes held by hand")
SUBSTITUTES = Text("Valeurs de remplacement", "Substituted values")
FREQUENT = Text("Alarmes les plus fréquentes", "Most frequent alarms")
NOTES = Text("Notes", "Notes")
NOTHING_OF = Text("Rien à signaler : {}.", "Nothing to tell of: {}.")
SIGNATURES = Text("Signatures", "Signatures")
GOES = Text("Part : {}", "Goes: {}")
COMES = Text("Prend la suite : {}", "Takes over: {}")
NOBODY_CAME = Text("personne", "nobody")
DIGEST = Text("Empreinte au journal : {}", "Digest in the journal: {}")
WHOLE = Text("La page est telle qu'elle a été signée.", "The page is as it was signed.")
ALTERED = Text(
    "Cette page n'est plus celle qui a été signée : elle a été modifiée dans le fichier.",
    "This page is no longer the one that was signed: it was altered in the file.",
)

SINCE_HEAD = Text("Depuis", "Since")
UNTIL = Text("Jusqu'à", "Until")
PRIORITY = Text("Priorité", "Priority")
ALARM = Text("Alarme", "Alarm")
STATE = Text("État", "State")
TAKEN = Text("Pris en charge", "Taken over by")
WHO = Text("Par", "By")
REASON = Text("Motif", "Reason")
EQUIPMENT = Text("Équipement", "Equipment")
COMMAND = Text("Commande", "Command")
OUTCOME = Text("Issue", "Outcome")
VALUE = Text("Valeur", "Value")
TIMES = Text("Fois", "Times")
AT = Text("Heure", "At")
TEXT = Text("Texte", "Text")
HOW = {
    "shelved": Text("mise de côté", "shelved"),
    "out_of_service": Text("hors service", "out of service"),
}
SOON = Text("expire pendant le quart suivant", "ends in the next shift")
NO_END = Text("sans terme", "no end")
ASKED = Text("déconsignation demandée", "release asked")
MASKED = Text("masquée", "hidden")
STATES = {
    "unacked": Text("non acquittée", "unacknowledged"),
    "acked": Text("acquittée", "acknowledged"),
    "returned": Text("disparue, non acquittée", "returned, unacknowledged"),
    "latched_unacked": Text("mémorisée, non acquittée", "latched, unacknowledged"),
    "latched_acked": Text("mémorisée", "latched"),
}
OUTCOMES = {
    "done": Text("{} effectuée{s}", "{} done"),
    "refused": Text("{} refusée{s}", "{} refused"),
    "failed": Text("{} échouée{s}", "{} failed"),
    "unknown": Text("{} sans réponse sûre", "{} unknown"),
    "cancelled": Text("{} annulée{s}", "{} cancelled"),
}
ENDED = {
    "failed": Text("échouée", "failed"),
    "unknown": Text("sans réponse sûre", "unknown"),
    "": Text("en cours", "under way"),
}
