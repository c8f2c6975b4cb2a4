"""The words of the page of those on call."""

from __future__ import annotations

from supervisor.model import Text

NOW = Text("D'astreinte en ce moment", "On call now")
THEN = Text("D'astreinte à cet instant", "On call then")
ON_DUTY = Text("{} : <b>{}</b>", "{}: <b>{}</b>")
NOBODY = Text("personne", "nobody")
CONTACTS = Text("Contacts", "Contacts")
TEST = Text("Essai", "Test")
TESTED = Text("{} message{s} d'essai en route vers {}.", "{} test message{s} on the way to {}.")
NOTICES = Text("Notifications", "Notices")
AS_TODAY = Text(fr="contacts et tours d'aujourd'hui", en="contacts and turns of today")
"""In the past: who was in notify.toml then is not kept."""
ALL_WELL = Text("tout est parti", "everything was sent")
NOT_TOLD = Text("{} non remise{s} ou incertaine{s} dans la liste", "{} in the list not delivered, or uncertain")
ASKING = Text("Lecture…", "Reading…")
WAITING = Text("{} en attente", "{} waiting")
FAILING = Text("{} en échec, nouvel essai prévu", "{} failing, tried again")
NONE_CONFIGURED = Text(
    "Personne n'est prévenu : le dossier du site n'a pas de notify.toml (voir docs/on-call.md).",
    "Nobody is told: the site folder has no notify.toml (see docs/on-call.md).",
)
NONE_YET = Text("Aucune notification n'a encore été envoyée.", "No notice has been sent yet.")
AGAIN = Text("Réessayer maintenant", "Try again now")
DROP = Text("Abandonner", "Let go")

MADE = Text("Depuis", "Since")
STATE = Text("État", "State")
TO = Text("À", "To")
BY = Text("Par", "By")
STEP = Text("Rang", "Step")
ABOUT = Text("Alarme", "Alarm")
WHY = Text("Remarque", "Remark")
STATES = {
    "waiting": Text("en attente", "waiting"),
    "sending": Text("en cours d'envoi", "being sent"),
    "sent": Text("envoyée", "sent"),
    "failed": Text("échouée", "failed"),
    "unknown": Text("peut-être envoyée", "may have been sent"),
    "dropped": Text("sans objet", "dropped"),
}
MEDIA = {"mail": Text("courriel", "mail"), "mqtt": Text("MQTT", "MQTT")}
END = Text("fin", "end")
TEST_NOTICE = Text("Essai de notification", "Notification test")
ANSWERED = Text("quelqu'un a répondu entre-temps", "somebody answered meanwhile")
ASKED = Text("abandonnée à la main", "let go by hand")
AGAIN_AT = Text("nouvel essai à {}", "tried again at {}")
REMARKS = {
    "answered": ANSWERED,
    "asked": ASKED,
    "no answer": Text("pas de réponse", "no answer"),
    "internal error": Text("erreur interne : voir le journal technique du poste", "internal error: see the log"),
}
