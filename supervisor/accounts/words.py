"""The sentences of accounts, in both languages."""

from __future__ import annotations

from supervisor.model import Text

WRONG = Text("Utilisateur ou mot de passe inconnu.", "Unknown user or password.")
NO_PASSWORD = Text(
    "Aucun mot de passe n'a encore été attribué à ce compte : demandez à un administrateur.",
    "No password was given to this account yet: ask an administrator.",
)
DISABLED = Text(
    "Ce compte est désactivé : adressez-vous à un administrateur.", "This account is disabled: see an administrator."
)
RENEW = Text(
    "Ce mot de passe est provisoire : choisissez le vôtre pour ouvrir la session.",
    "This password is a temporary one: choose your own to sign in.",
)
NOT_OWN = Text(
    "Ce mot de passe est provisoire : il ne prouve rien tant que la personne n'a pas choisi le sien.",
    "This password is a temporary one: it proves nothing until the person has chosen their own.",
)
OTHER_PASSWORD = Text(
    "Le nouveau mot de passe doit être différent de l'ancien.", "The new password must differ from the old one."
)
NOT_HERE = Text(
    "Ce mot de passe est celui de l'annuaire : il se change là-bas.",
    "This password is the directory's: it is changed there.",
)
NOT_FIRST = Text(
    "Ce poste a déjà des comptes : un administrateur doit ouvrir une session.",
    "This station has accounts already: an administrator must sign in.",
)
NOT_ADMINISTRATOR = Text(
    "Seul un administrateur peut modifier les comptes.", "Only an administrator can change accounts."
)
NAME = Text(
    "Il faut un nom, et un identifiant fait de lettres minuscules sans accent, de chiffres, de points et de tirets.",
    "It takes a name, and an id of small letters without accents, digits, dots and hyphens.",
)
LAST_ONE = Text(
    "C'est le dernier administrateur qui peut ouvrir une session : nommez-en d'abord un autre.",
    "This is the last administrator who can sign in: appoint another one first.",
)
CONFLICT = Text(
    "Le nom, le rôle et les secteurs de cette personne sont dans people.toml, au dossier du site : modifiez-les là.",
    "Name, role and areas of this person are in people.toml, in the site folder: change them there.",
)
UNREADABLE = Text(
    "Le fichier des comptes est illisible : voyez vigie.log ; les commandes d'urgence restent possibles.",
    "The file of accounts cannot be read: see vigie.log; emergency commands remain possible.",
)
UNWRITTEN = Text(
    "Le journal ou le fichier des comptes ne peut pas être écrit : rien n'a été modifié.",
    "The journal or the file of accounts cannot be written: nothing was changed.",
)


def taken(id_: str) -> Text:
    return Text(f"L'identifiant « {id_} » est déjà pris.", f'The id "{id_}" is taken.')


def unknown_area(area: str) -> Text:
    return Text(f"Le site n'a pas de secteur « {area} ».", f'The site has no area "{area}".')


WATCHING = Text(
    "Personne n'a ouvert de session à ce poste : ouvrez la vôtre (Ctrl+L) pour agir.",
    "Nobody has signed in at this seat: sign in (Ctrl+L) to act.",
)
LOCKED = Text(
    "La session de ce poste est verrouillée : saisissez votre mot de passe (Ctrl+L) pour agir.",
    "The session of this seat is locked: enter your password (Ctrl+L) to act.",
)
WATCHING_NAME = Text("{}, en veille", "{}, watching")
NO_REASON = Text(
    "Une dérogation demande un motif et une durée d'une heure au plus.",
    "An override takes a reason and at most one hour.",
)
NOT_SUPERVISOR = Text("Seul un chef de salle peut prêter ses droits.", "Only a supervisor can lend rights.")
NOT_YOURSELF = Text(
    "On ne se prête pas ses propres droits : il faut une deuxième personne.",
    "Nobody lends rights to themselves: it takes a second person.",
)
OTHER_PERSON = Text(
    "Une autre personne a pris ce poste entre-temps : les droits n'ont pas été prêtés.",
    "Somebody else has taken this seat meanwhile: no rights were lent.",
)
NO_OVERRIDE = Text("Aucune dérogation n'est en cours à ce poste.", "No override is in force at this seat.")


def no_role(role: str) -> Text:
    return Text(f"Il n'y a pas de rôle « {role} ».", f'There is no role "{role}".')


SILENT_DIRECTORY = Text(
    "L'annuaire ne répond pas : seuls les comptes du poste peuvent ouvrir une session.",
    "The directory does not answer: only accounts of this station can sign in.",
)
NO_GROUP = Text(
    "L'annuaire vous connaît, mais aucun de vos groupes n'a de rôle sur ce site : voyez un administrateur.",
    "The directory knows you, but none of your groups has a role on this site: see an administrator.",
)
