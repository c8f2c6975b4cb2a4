"""The words of the page of people."""

from __future__ import annotations

from supervisor.model import Text

NAME = Text("Nom", "Name")
ID = Text("Identifiant", "Id")
ROLE = Text("Rôle", "Role")
AREAS = Text("Secteurs", "Areas")
FROM = Text("Déclaré", "Declared")
STATE = Text("Compte", "Account")
LAST = Text("Dernière session", "Last sign-in")
EVERYWHERE = Text("Partout", "Everywhere")
SITE = Text("dossier du site", "site folder")
STATION = Text("ce poste", "this station")
NO_PASSWORD = Text("sans mot de passe", "no password")
TEMPORARY = Text("mot de passe provisoire", "temporary password")
ACTIVE = Text("actif", "active")
DISABLED = Text("désactivé", "disabled")
NEVER = Text("jamais", "never")
PERSON = Text("{} personne", "{} person")
PEOPLE = Text("{} personnes", "{} people")
DIRECTORY = Text(
    "Les personnes de l'annuaire n'apparaissent pas ici : leurs groupes disent leur rôle.",
    "People of the directory are not listed here: their groups say their role.",
)
READING = Text("Lecture des comptes…", "Reading the accounts…")

ADD = Text("Ajouter une personne", "Add a person")
NEW = Text("Nouvelle personne", "New person")
CHOOSE = Text("Choisissez une personne dans la liste.", "Choose a person in the list.")
OF_SITE = Text(
    "Nom, rôle et secteurs viennent de people.toml, dans le dossier du site : ils se changent là.",
    "Name, role and areas come from people.toml, in the site folder: they are changed there.",
)
ONLY_HERE = Text("Sans secteur coché, le rôle vaut partout.", "With no area ticked the role holds everywhere.")
SAVE = Text("Enregistrer", "Save")
CREATE = Text("Créer le compte", "Create the account")
RESET = Text("Donner un mot de passe", "Give a password")
DISABLE = Text("Désactiver", "Disable")
ENABLE = Text("Réactiver", "Enable")
PASSWORD = Text("Mot de passe provisoire", "Temporary password")
PASSWORD_WHY = Text(
    "Remettez-le en main propre : la personne en choisira un autre en ouvrant sa première session.",
    "Hand it over in person: they choose another one at their first sign-in.",
)
PROPOSE = Text("Proposer", "Propose")
DONE = {
    "add_person": Text("Le compte est créé.", "The account is made."),
    "alter_person": Text("C'est enregistré.", "It is saved."),
    "reset_password": Text("Le mot de passe provisoire est en place.", "The temporary password is set."),
    "disable_person": Text(
        "Le compte est désactivé ; ses sessions se ferment.", "The account is disabled; its sessions end."
    ),
    "enable_person": Text("Le compte est réactivé.", "The account is enabled again."),
}
