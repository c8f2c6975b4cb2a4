"""What commands say, in the language of the site or of `--language`. Codes, ids, and what a program reads stay as they
are. For `--help` see `ui.cli.help`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from difflib import get_close_matches

from supervisor.model import Site, Text


def language(command: argparse.ArgumentParser) -> None:
    """The wish for a language."""
    command.add_argument("--language", choices=("fr", "en"), help="of what is said; the site's if left out")


class Speech:
    """The language of one command."""

    def __init__(self, given: argparse.Namespace, site: Site) -> None:
        self.language: str = getattr(given, "language", None) or site.language

    def __call__(self, text: Text, *words: object) -> str:
        """Without words as it stands: what the station says may have brackets of its own."""
        sentence = text.say(self.language)
        return sentence.format(*words) if words else sentence

    def meant(self, word: str, known: Iterable[str]) -> str:
        """A question behind a sentence about a word that nobody knows; empty where none is like it."""
        close = get_close_matches(word, sorted(known), 1)
        return self(MEANT, close[0]) if close else ""

    def count(self, number: int) -> str:
        """A whole number in groups of three, as the language parts them."""
        return f"{number:,}" if self.language == "en" else f"{number:,}".replace(",", "\u202f")

    def number(self, written: str) -> str:
        """A number that was written with a point, with the language's own."""
        return written if self.language == "en" else written.replace(".", ",")

    def counted(self, text: Text, count: int, *words: object) -> str:
        """Words about so many; see `Text.counted`."""
        return text.counted(self.language, count, self.count(count), *words)


# ---------------------------------------------------------------- people
FIRST = Text(
    "personne ne peut encore ouvrir de session ici : le premier compte est celui d'un administrateur, partout ; "
    "n'indiquez ni --role ni --area",
    "nobody can sign in here yet: the first account is an administrator's, everywhere; leave out --role and --area",
)
WHOSE = Text("indiquez le compte : vigie people {} SITE ID", "say whose: vigie people {} SITE ID")
AS_WHOM = Text(
    "un poste Vigie tourne ici : indiquez quel administrateur vous êtes (--as ID), ou arrêtez-le d'abord",
    "a station runs here: say which administrator you are (--as ID), or stop it first",
)
DONE = {
    "add": Text("{} : compte créé", "{}: the account is made"),
    "password": Text("{} : mot de passe changé", "{}: the password is changed"),
    "disable": Text("{} : compte désactivé", "{}: the account is disabled"),
    "enable": Text("{} : compte réactivé", "{}: the account is enabled again"),
}
EVERYWHERE = Text("partout", "everywhere")
OF_SITE, OF_STATION = Text("dossier du site", "site folder"), Text("ce poste", "this station")
DISABLED = Text("désactivé", "disabled")
NO_PASSWORD = Text("pas encore de mot de passe", "no password yet")
NEVER = Text("jamais", "never")
SIGNED_IN = Text("dernière session : {}", "signed in: {}")
TO_BE_CHANGED = Text(", mot de passe à changer", ", password to be changed")

# ---------------------------------------------------------------- passwords
WANTED = Text(
    "le mot de passe de {} est demandé : donnez-le dans ${}, ou lancez ceci dans un terminal",
    "the password of {} is wanted: hand it over in ${}, or start this in a terminal",
)
PASSWORD = Text("Mot de passe de {} : ", "Password of {}: ")
NEW_PASSWORD = Text("Nouveau mot de passe de {} : ", "New password of {}: ")
AGAIN = Text("Encore une fois : ", "The same again: ")
DIFFERENT = Text(
    "ce sont deux mots de passe différents ; rien n'a été changé",
    "these are two different passwords; nothing was changed",
)
NONE_GIVEN = Text(
    "aucun mot de passe n'a été donné ; rien n'a été changé", "no password was given; nothing was changed"
)
FORGOTTEN = Text("le mot de passe de {} est oublié", "the password of {} is forgotten")
KEPT = Text("le mot de passe de {} est conservé dans {}", "the password of {} is kept in {}")
NO_LINK = Text("{} n'a pas de liaison « {} ».", '{} has no link "{}".')
MEANT = Text(" Vouliez-vous dire « {} » ?", ' Did you mean "{}"?')

# ---------------------------------------------------------------- journal
NO_JOURNAL = Text(
    "il n'y a pas de journal dans {} : indiquez le dossier du poste avec --data",
    "there is no journal in {}: name the folder of the station with --data",
)
FAULTS = {
    "altered": Text("a été modifiée après son écriture", "was altered after it was written"),
    "missing": Text("manque : elle a été supprimée", "is missing: it was removed"),
    "inserted": Text("a été ajoutée : personne ne l'a écrite là", "was put in: nobody wrote it there"),
    "reordered": Text(
        "ne suit pas la ligne qui la précède : des lignes ont été déplacées",
        "does not follow the row before it: rows were moved",
    ),
}
FAULT = Text("{} : la ligne {} {}", "{}: row {} {}")
BEFORE = Text(" ; lignes intactes avant elle : {}", "; rows before it that are right: {}")
STRANGER = Text(
    "{} n'est pas dans le journal : il a été récrit depuis que cela a été noté",
    "{} is not in the journal: it was written anew since that was noted",
)
WHOLE = Text(
    "{} lignes, toutes telles qu'elles ont été écrites. Dernière : {}", "{} rows, all as they were written. Last: {}"
)
NO_COMMAND = Text("il n'y a pas de commande n° {} dans {}", "there is no command {} in {}")
PAPER = Text("commande-{}.pdf", "command-{}.pdf")
THERE_ALREADY = Text(
    "{} existe déjà : donnez un autre nom, ou ajoutez --overwrite",
    "{} is there already: name another file, or say --overwrite",
)
ROWS_IN = Text("{} ligne{s} dans {}", "{} row{s} in {}")

# ---------------------------------------------------------------- alarms
RULES = Text("{} : {} règles de {} types d'équipement", "{}: {} rules of {} equipment types")
CHANGED = Text("{} valeur{s} changée{s}, règles : {}, fichiers : {}", "{} value{s} changed, rules: {}, files: {}")
WOULD_CHANGE = Text("{} valeur{s} à changer, règles : {}, fichiers : {}", "{} value{s} to change, rules: {}, files: {}")
NO_FILE = Text("aucun fichier", "no file")
TOO_MANY = Text(
    "une comparaison porte sur une feuille approuvée et le site, ou sur deux feuilles",
    "a diff is of one approved sheet and the site, or of two sheets",
)
NOT_APPROVED = Text(
    "{} est absent ou vide : rien n'a encore été approuvé ; importez une feuille",
    "{} is not there or empty: nothing was approved yet; import a sheet",
)
DIFFERENCES, NO_DIFFERENCE = Text("{} différence{s}", "{} difference{s}"), Text("aucune différence", "no difference")
ADDED = Text("configurée, et dans aucune ligne approuvée", "configured, and in no approved row")
REMOVED = Text("approuvée, et plus configurée", "approved, and no longer configured")
UNAPPROVED = Text("non approuvée : ni nom ni jour", "not approved: no name and day")
TURNED = Text("{} : « {} » -> « {} »", '{}: "{}" -> "{}"')

# ---------------------------------------------------------------- trust
TRUST, TRUST_NO_LONGER = Text("L'accepter ?", "Trust it?"), Text("Ne plus l'accepter ?", "Trust it no longer?")
YES_NO = Text("{} [o/N] ", "{} [y/N] ")
NOBODY_HERE = Text(
    "{} Personne n'est là pour répondre : ajoutez --yes si c'est voulu.",
    "{} Nobody is here to say so: give --yes to mean it.",
)
UNCHANGED = Text("rien n'a été changé", "nothing was changed")
NEITHER = Text(
    "« {} » n'est ni une liaison, ni une empreinte, ni le fichier d'un certificat.",
    '"{}" is no link, no fingerprint and no file of a certificate.',
)
A_LIST = Text("{} : une liste de certificats révoqués", "{}: a list of revoked certificates")
LIST_TAKEN = Text(
    "la liste des certificats révoqués est utilisée dès maintenant",
    "the list of revoked certificates is used from now on",
)
TRUSTED = Text(
    "{} est accepté{} ; le poste s'en sert à sa prochaine tentative",
    "{} is trusted{}; the station takes it at its next attempt",
)
ON_LINKS = Text(" pour {}", " on {}")
NO_TRUST_IN_LISTS = Text(
    "{} est une liste de certificats révoqués, que personne n'accepte de toute façon",
    "{} is a list of revoked certificates, which nobody trusts anyway",
)
TRUSTED_NO_LONGER = Text(
    "{} n'est plus accepté ; les liaisons ouvertes le restent jusqu'à leur prochaine connexion",
    "{} is trusted no longer; open links stay so until they reconnect",
)
REFUSED_ONES, TRUSTED_ONES = Text("Refusés : {}", "Refused: {}"), Text("Acceptés : {}", "Trusted: {}")
NONE = Text("aucun", "none")
OURS = Text("Le nôtre, à faire accepter par les serveurs", "Ours, for the servers to trust")
NEXT = Text(", dès la fin du précédent", ", from its predecessor's end on")
EXPIRED = Text("  EXPIRÉ", "  EXPIRED")
AUTHORITY = Text("  (une autorité)", "  (an authority)")
ITSELF = Text("lui-même", "itself")
VALID = Text("du {} au {}", "{} to {}")
CERTIFICATE = {
    "file": Text("fichier", "file"),
    "subject": Text("sujet", "subject"),
    "issuer": Text("émetteur", "issuer"),
    "valid": Text("validité", "valid"),
    "hosts": Text("machines", "hosts"),
    "application": Text("application", "application"),
    "shown": Text("présenté à", "shown to"),
}
