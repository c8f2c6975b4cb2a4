"""The words of signing in."""

from __future__ import annotations

from supervisor.model import Text

WATCHING = Text("En veille", "Watching")
LOCKED = Text("Session verrouillée", "Session locked")
NO_STATION = Text(
    "Personne ne peut ouvrir de session tant que le poste Vigie ne répond pas.",
    "Nobody can sign in until the station answers.",
)
NOBODY = Text(
    "Tout est visible et vivant ; personne n'a ouvert de session pour agir.",
    "Everything is visible and live; nobody has signed in to act.",
)
ENDED = {
    "password": Text(
        "Session fermée : ce mot de passe a été changé ailleurs. Tout reste visible et vivant.",
        "Signed out: this password was changed elsewhere. Everything stays visible and live.",
    ),
    "disabled": Text(
        "Session fermée : ce compte a été désactivé. Tout reste visible et vivant.",
        "Signed out: this account was disabled. Everything stays visible and live.",
    ),
    "directory": Text(
        "Session fermée : l'annuaire, muet depuis trop longtemps, ne confirme plus ce compte. Tout reste visible.",
        "Signed out: the directory, silent for too long, no longer confirms this account. Everything stays visible.",
    ),
}
"""Why a session has ended that its person did not end."""
LOCKED_WHY = Text(
    "{} : l'écran continue, les actes demandent le mot de passe.",
    "{}: the screen goes on, acts take the password.",
)
FIRST_START = Text("Premier démarrage", "First start")
FIRST_START_WHY = Text(
    "Aucun compte n'existe encore : créez celui de l'administrateur pour pouvoir agir.",
    "There is no account yet: create the administrator's to be able to act.",
)
LENT = Text("Dérogation", "Override")
LENT_WHY = Text(
    "{name} prête ses droits à ce poste, encore {left}.", "{name} lends this seat their rights, for another {left}."
)
NO_DIRECTORY = Text(
    "L'annuaire ne répond pas : seuls les comptes du poste peuvent ouvrir une session.",
    "The directory does not answer: only accounts of this station can sign in.",
)

SIGN_IN = Text("Ouvrir une session", "Sign in")
SIGN_IN_WHY = Text(
    "L'écran reste tel quel : rien ne se ferme, rien ne s'interrompt.", "The screen stays as it is: nothing closes."
)
UNLOCK = Text("Déverrouiller", "Unlock")
UNLOCK_WHY = Text(
    "Saisissez votre mot de passe. Une autre personne peut prendre la relève à sa place.",
    "Enter your password. Somebody else may take over instead.",
)
HAND_OVER = Text("Prendre la relève", "Take over")
HAND_OVER_WHY = Text(
    "{} a ouvert la session de ce poste. La vôtre la remplace, l'écran reste tel quel ; le journal garde les deux.",
    "{} has signed in here. Your session takes its place, the screen stays as it is; the journal keeps both.",
)
RENEW = Text("Choisir votre mot de passe", "Choose your password")
CREATE = Text("Créer l'administrateur", "Create the administrator")
CREATE_WHY = Text(
    "Il crée ensuite les autres comptes. Aucun mot de passe par défaut n'existe ; celui-ci ne quitte pas ce poste.",
    "They make the other accounts afterwards. There is no default password; this one never leaves this station.",
)
CHANGE = Text("Changer de mot de passe", "Change password")
CHANGE_WHY = Text(
    "Vos sessions ouvertes ailleurs se ferment ; celle-ci continue.",
    "Your sessions elsewhere end; this one goes on.",
)
OVERRIDE = Text("Dérogation d'un chef de salle", "Override by a supervisor")
OVERRIDE_WHY = Text(
    "Un chef de salle prête ses droits à ce poste pour 15 minutes. Le journal garde qui, pour qui et pourquoi.",
    "A supervisor lends this seat their rights for 15 minutes. The journal keeps who, for whom and why.",
)
LEND = Text("Prêter ses droits", "Lend rights")
END_OVERRIDE = Text("Mettre fin à la dérogation", "End the override")
EMERGENCY = Text("Commande d'urgence", "Emergency command")
EMERGENCY_WHY = Text(
    "Elle part sans session ouverte. Dites qui la donne : le journal garde ce nom et ce poste.",
    "It leaves without anybody signed in. Say who gives it: the journal keeps that name and this seat.",
)
GIVE = Text("Donner l'ordre maintenant", "Give the order now")

USER = Text("Identifiant", "User")
PASSWORD = Text("Mot de passe", "Password")
PRESENT = Text("Mot de passe actuel", "Present password")
NEW = Text("Nouveau mot de passe (15 caractères ou plus)", "New password (15 characters or more)")
AGAIN = Text("Le même, encore une fois", "The same once more")
ID = Text("Identifiant (par exemple m.cesbron)", "Id (such as m.cesbron)")
NAME = Text("Prénom et nom", "First and last name")
SUPERVISOR = Text("Identifiant du chef de salle", "The supervisor's id")
REASON = Text("Motif", "Reason")
WHO = Text("Qui donne cet ordre", "Who gives this order")
SHOW = Text("Afficher", "Show")
LATER = Text("Plus tard", "Later")
CANCEL = Text("Annuler", "Cancel")
DIFFERENT = Text("Les deux mots de passe sont différents.", "The two passwords differ.")
EMPTY = Text("Remplissez tous les champs.", "Fill in every field.")
SILENT = Text(
    "Le poste ne répond pas : réessayez dans un instant.", "The station does not answer: try again in a moment."
)

LOCK = Text("Verrouiller", "Lock")
SIGN_OUT = Text("Fermer la session", "Sign out")
ANOTHER = Text("Relève : une autre personne…", "Hand over to somebody…")
SESSION = Text("Session", "Session")
