"""What a look at an OPC UA server says to the person who looks, in both languages."""

from supervisor.model import Text

LEAST = Text(fr="Les niveaux et le nombre valent au moins 1.", en="--depth and --most are at least 1")
STOPPED = Text(fr="arrêté", en="stopped")
ENOUGH = Text(
    fr="Arrêté après {} variables : donnez un chemin pour voir les autres.",
    en="after {} variables: say --most or --path for others",
)
NOTHING = Text(
    fr="Aucune variable à cet endroit : essayez un autre chemin, ou davantage de niveaux.",
    en="no variable lies there: try another --path, or a greater --depth",
)
PLACE = Text(
    fr="« {} » n'est ni un chemin comme Plant/Level ni un nœud comme ns=2;s=Level.",
    en="'{}' is neither a path such as Plant/Level nor a node such as ns=2;s=Level",
)
NO_NAME = Text(fr="« {} » n'a pas de « {} » ; on y trouve : {}", en='"{}" has no "{}": there are {}')
LOST = Text(fr="Pas de session avec {} : {}", en="{}: {}")
NO_SERVER = Text(fr="{} ne répond pas comme un serveur OPC UA : {}", en="{} does not answer as an OPC UA server: {}")
NO_ANSWER = Text(fr="pas de réponse en {:g} s", en="no answer within {:g} s")
OR = Text(fr=" ou ", en=" or ")
NO_TYPE = Text(
    fr="Le serveur ne dit pas quel type de valeur prend {}.", en="the server does not say what type {} takes"
)
REFUSES = Text(fr="Le serveur refuse : {}", en="the server refuses: {}")
