"""What a look at a Modbus device says to the person who looks, in both languages."""

from supervisor.model import Text

UNITS = Text(
    fr="Les unités vont de 0 à 255, la plus petite d'abord : 1-10.",
    en="units go from 0 to 255, the lower one first: --unit 1-10",
)
NO_UNITS = Text(
    fr="« {} » ne dit pas quelles unités interroger : écrivez 1, ou 1-10.",
    en='"{}" does not say which units to ask: write --unit 1, or 1-10',
)
NO_TABLE = Text(
    fr="La table « {} » n'existe pas : holding, input, coil, discrete ou all.",
    en='the options make no sense: table "{}" does not exist; use holding, input, coil, discrete or all',
)
ADDRESSES = Text(
    fr="Les adresses vont de 0 à 65535 : réduisez le début ou le nombre ; la pause n'est jamais négative.",
    en="addresses go from 0 to 65535: choose --from and --count within, and no pause below 0",
)
NO_LINE = Text(fr="Connexion impossible : l'appareil ou son réseau ne répond pas ({}).", en="{}")
NO_WRITE = Text(fr="{} ne peut pas être écrit dans {} : {}", en="{} cannot be written to {}: {}")
REFUSES = Text(fr="L'unité {} refuse : {}", en="unit {} refuses: {}")
SILENT = Text(fr="L'unité {} n'a pas répondu en {:g} s.", en="unit {} did not answer within {:g} s")
GARBLED = Text(
    fr="L'unité {} donne une réponse qui n'a pas de sens : {}", en="unit {} gives an answer that makes no sense: {}"
)
HUNG_UP = Text(fr="L'appareil a raccroché : {}", en="the device hung up: {}")
SHORT = Text(fr="L'unité {} répond {} octets au lieu de {}.", en="unit {} answers {} bytes instead of {}")
REFUSED = Text(fr="refusé : {}", en="refused: {}")
NO_ANSWER = Text(fr="pas de réponse", en="no answer")
PLACE = Text(
    fr="« {} » n'est pas une adresse ({}) : écrivez par exemple holding 12 float32 CDAB, ou 40013.",
    en='\'{}\': {}; write it like "holding 12 float32 CDAB" or "40013"',
)
NOTHING = Text(
    fr="Aucune adresse de l'unité {} ne répond entre {} et {} : essayez-en d'autres.",
    en="no address of unit {} answers between {} and {}: try other ones",
)
TO = Text(fr="{} à {}", en="{} to {}")
