"""What `vigie probe` says where it is stopped, and before and after `--write`."""

from __future__ import annotations

from supervisor.model import Text

STOPPED = Text("arrêté ; voici ce qui a été trouvé jusque-là", "stopped; this is what was found until then")
BYPASS = Text(
    "Cette écriture va droit à l'automate : ni droit, ni verrouillage, ni relecture par le pupitre. Si un poste tient "
    "cette liaison, essayez-la plutôt depuis la page Mise en service de sa fenêtre.",
    "This write goes straight to the controller: no right, no interlock, no read-back by the desk. If a station runs "
    "this link, test it from the page Commissioning of its window instead.",
)
NOWHERE = Text(
    "Aucune consignation n'est vérifiée, et aucun journal ne garde cette écriture.",
    "No lock-out is looked at, and no journal has this write.",
)
WHICH = Text(
    "rien n'a été écrit : indiquez de quel site est cet automate (--site SITE), pour que ses consignations soient "
    "vérifiées, ou qu'il n'est d'aucun (--no-site)",
    "nothing was written: say which site this controller is in (--site SITE), so that its lock-outs are looked at, "
    "or that it is in none (--no-site)",
)
NO_LINK = Text("aucune liaison de {} ne mène à {}", "no link of {} leads to {}")
WRITE = Text("Écrire {} en {} de {} ? Répondez oui : ", "Write {} to {} of {}? Type yes: ")
NOBODY = Text(
    "personne n'est là pour confirmer l'écriture : ajoutez --yes si vous êtes sûr",
    "nobody is here to confirm the write: give --yes if you are sure",
)
NOT_WRITTEN = Text("rien n'a été écrit", "nothing was written")
BECAUSE = Text("rien n'a été écrit : {}", "nothing was written: {}")
WRITTEN = Text("{} : écrit {}, relu {}", "{}: written {}, reads {}")
HELD = Text("{} ({}) est consigné par {} : {}", "{} ({}) is locked out by {}: {}")
NO_OVERRIDE = Text(
    "rien n'a été écrit : {}. Rien ne passe outre une consignation",
    "nothing was written: {}. A lock-out has no override",
)
DOUBTFUL = Text(
    "{}, et nul ne sait si c'est ce qui est écrit ici", "{}, and nobody can tell whether that is written here"
)
RUNNING = Text(
    "un poste fonctionne et tient {} : essayez depuis la page Mise en service de sa fenêtre",
    "a station runs and holds {}: test it from the page Commissioning of its window",
)
WITH_A_REASON = Text(
    "rien n'a été écrit : {}. Avec un motif, c'est possible : --anyway \"MOTIF\"",
    'nothing was written: {}. With a reason it is: --anyway "REASON"',
)
ANYWAY = Text("{} ; écrit malgré tout : {}", "{}; written anyway: {}")
UNREADABLE = Text("les consignations ne peuvent être lues ({})", "the lock-outs cannot be read ({})")
WHO = Text(
    "rien n'a été écrit : un poste fonctionne ; indiquez quel ingénieur vous êtes (--as ID)",
    "nothing was written: a station runs; say which engineer you are (--as ID)",
)
NOT_KEPT = Text("son issue n'est pas au journal : {}", "how it ended is not in the journal: {}")
