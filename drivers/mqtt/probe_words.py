"""What listening to a broker says to the person who listens, in both languages."""

from supervisor.model import Text

EMPTY = Text(
    fr="La durée et le nombre de sujets sont supérieurs à zéro, et le filtre n'est pas vide : # prend tout.",
    en="--for and --most are greater than zero, and --topic is not empty: # is everything",
)
NOTHING = Text(
    fr="Aucun message sur {} en {:g} s : écoutez plus longtemps, ou un autre filtre.",
    en="no message on {} in {:g} s: listen longer (--for)",
)
LACKS = Text(fr="Le message de {} n'a pas de « {} » ; il a : {}", en='the message on {} has no "{}": there is {}')
UNREADABLE = Text(fr="rien de lisible", en="nothing that can be read")
FILTER = Text(fr="{} est un filtre : une écriture va à un seul sujet.", en="{} is a filter: a write goes to one topic")
TAKEN = Text(fr="{} (le broker l'a reçu)", en="{} (the broker has it)")
FORBIDDEN = Text(
    fr="Le broker ne laisse pas écouter {} : voyez ses droits d'accès.",
    en="the broker does not let us listen to {}: look at its access list",
)
LOST = Text(fr="Pas de liaison avec {} : {}", en="{}: {}")
WRONG = Text(fr="L'adresse ou la clé ne convient pas : {}", en="{}")
HEARD = Text(fr="{} sujets, {} messages", en="{} topics, {} messages")
FULL = Text(
    fr="Plus de {} sujets : restreignez le filtre pour voir les autres.",
    en="more than {} topics: say --topic or --most for the others",
)
NONE_CAME = Text(
    fr="Aucun message n'est venu en {:g} s : écoutez plus longtemps.",
    en="no message came within {:g} s: listen longer with --for",
)
