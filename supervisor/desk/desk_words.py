"""The sentences of the desk, in both languages."""

from __future__ import annotations

from supervisor.desk.states import Stage
from supervisor.errors import Refused
from supervisor.model import Text, User

UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : aucune commande ne part tant que c'est le cas.",
    "The journal cannot be written: no command leaves while that is so.",
)
STOPPED = Text("Le poste s'est arrêté pendant la commande.", "station stopped")
UNSENT = Text(
    "Le poste s'est arrêté avant l'envoi : rien n'est parti.", "The station stopped before it was sent: nothing left."
)
LATE = Text(
    "Le journal a trop tardé : rien n'a été envoyé à l'automate.", "The journal took too long: nothing was sent."
)
GONE = Text(
    "Cette commande n'attend plus personne : elle est partie, terminée ou échue.",
    "This command waits for nobody any more: it has left, ended or lapsed.",
)
SENT = Text(
    "Trop tard : la commande est déjà partie vers l'automate. Donnez l'ordre contraire si besoin.",
    "Too late: the command has left for the controller already. Give the opposite order if need be.",
)
CUT_OFF = Text(
    "Liaison coupée : aucune commande ne part. Attendez qu'elle revienne, ou agissez sur place.",
    "Link down: no command leaves. Wait until it is back, or act on site.",
)
OVERTAKEN = Text(
    "Une commande d'urgence a été donnée entre-temps sur cet équipement : celle-ci ne part pas.",
    "An emergency command was given meanwhile on this equipment: this one does not leave.",
)
NOT_YOURS = Text(
    "Cette commande est celle d'une autre personne : elle seule, ou un chef de salle, peut l'annuler.",
    "This command is another person's: only they, or a supervisor, can cancel it.",
)


def lapsed(stage: Stage, within_s: float) -> Refused:
    if stage is Stage.SELECTED:
        return Refused(
            "lapsed",
            Text(
                f"La sélection a expiré après {within_s:g} s : rien n'a été envoyé.",
                f"The selection lapsed after {within_s:g} s: nothing was sent.",
            ),
        )
    return Refused(
        "expired",
        Text(
            f"Personne n'a approuvé en {within_s / 60:g} min : rien n'a été envoyé.",
            f"Nobody approved within {within_s / 60:g} min: nothing was sent.",
        ),
    )


def disabled(person: User) -> Text:
    return Text(
        f"Le compte de {person.name} est désactivé, ou l'annuaire ne le confirme plus : ses commandes ne partent plus.",
        f"The account of {person.name} is disabled, or the directory confirms it no more: their commands do not leave.",
    )


def withdrawn(person: User) -> Text:
    return Text(
        f"{person.name} n'a plus le droit de donner cette commande ici : elle ne part pas.",
        f"{person.name} no longer has the right to give this command here: it does not leave.",
    )


def no_right(person: User) -> Text:
    return Text(
        f"{person.name} n'a pas le droit de donner cette commande ici, et ne peut donc pas l'approuver.",
        f"{person.name} has no right to give this command here, and so cannot approve it.",
    )
