"""What `vigie history` says, in both languages; see `ui.cli.said`."""

from __future__ import annotations

from supervisor.model import Text

NO_HISTORY = Text(
    "il n'y a pas d'historique dans {} : indiquez le dossier du poste avec --data",
    "there is no history in {}: name the folder of the station with --data",
)
HISTORY, SAMPLES, SPAN = Text("historique", "history"), Text("échantillons", "samples"), Text("période", "span")
LAST_FLUSH, SIZE, FORMAT = Text("enregistré", "last flush"), Text("taille", "size"), Text("format", "format")
OF_TAGS = Text("{} de {} tags", "{} of {} tags")
TO = Text("{}  à  {}", "{}  to  {}")
A_SAMPLE = Text("{}, {} octets par échantillon", "{}, {} bytes a sample")
CHUNKS = Text("blocs {}", "chunks {}")
FILES, NUMBER, VERSION = Text("fichiers", "files"), Text("nombre", "number"), Text("version", "version")
KIND, TAGS = Text("sorte", "kind"), Text("tags", "tags")
STATION_OFF, LINK_HOLES = Text("poste arrêté", "station off"), Text("trous", "link holes")
NEWEST = Text(", dont voici les {} derniers ; tous avec --json", ", the newest {}; all of them with --json")
NONE_KNOWN = Text("aucun connu", "none known")
NOW = Text("maintenant", "now")
FROM_TO = Text("{} à {}", "{} to {}")
NO_LINK = Text("aucune liaison ne s'appelle {}", "no link is called {}")
OR = Text(" ou ", " or ")
HOLES_IN = Text("{} : {} trou(s) de {} liaison(s), {}", "{}: {} hole(s) of {} link(s), {}")
HOLES = Text("{} trou{s}", "{} hole{s}")
NO_FORMAT = Text(
    "{} ne dit pas son format : terminez son nom par .csv, .parquet ou .xlsx, ou ajoutez --format",
    "{} does not say its format: end it in .csv, .parquet or .xlsx, or give --format",
)
EXPORTED = Text("{} : {} échantillons de {} tags, {}", "{}: {} samples of {} tags, {}")
EXPORTED_ONE = Text("{} : {} échantillons d'{} tag, {}", "{}: {} samples of {} tag, {}")
EXPORTED_ROWS = Text("{} : {} lignes de {} tags, {}", "{}: {} rows of {} tags, {}")
EXPORTED_ROWS_ONE = Text("{} : {} lignes d'{} tag, {}", "{}: {} rows of {} tag, {}")
ROLLED = Text(
    "{} d'entre eux viennent d'agrégats : leurs échantillons ont été gardés assez longtemps et n'existent plus",
    "{} of them are made of rollups: their samples were kept long enough and are gone",
)
UNREADABLE = Text(
    "Ces échantillons sont illisibles, et manquent dans le fichier.",
    "These samples cannot be read, and are missing in the file.",
)
NOTHING = Text("il n'y a rien entre --from {} et --to {} : {}", "nothing lies between --from {} and --to {}: {}")
NO_FILE = Text("il n'y a pas de fichier {}", "there is no file {}")
MISTAKES = Text("{} erreur{s}{} ; rien n'a été chargé", "{} mistake{s}{}; nothing was loaded")
FIRST_LISTED = Text(" (les {} premières sont listées)", " (the first {} are listed)")
READ = Text("{} échantillons de {} tags, {}", "{} samples of {} tags, {}")
WOULD_BE_NEW = Text("{} seraient nouveaux, {} existaient déjà", "{} would be new, {} were there already")
ARE_NEW = Text("{} sont nouveaux, {} existaient déjà", "{} are new, {} were there already")
HUSHED = Text("{} valeur{s} de mauvaise qualité, laissée{s} de côté", "{} value{s} of bad quality, left out")
RECORDING = Text(
    "le poste (processus {}) enregistre dans {}, et un seul programme peut y écrire : arrêtez d'abord le poste",
    "the station (process {}) records into {}, and only one program may write there: stop the station first",
)
KEEP = Text("--keep demande un nombre à partir de 1", "--keep needs a number from 1 on")
FLUSHED = Text("{} : tous les échantillons enregistrés à {}", "{}: every sample flushed by {}")
BACKED_UP = Text(
    "{} fichiers, dont {} partitions, {} déjà présents ; {} écrits et relus",
    "{} files, {} of them partitions, {} there already; {} written and read back",
)
PRUNED = Text("{} sauvegarde{s} plus ancienne{s} supprimée{s}", "{} older backup{s} removed")
OTHER_SITE = Text(
    "ceci est une sauvegarde du site « {} », et non de « {} »", 'this is a backup of the site "{}", not of "{}"'
)
RESTORED = Text("{} : {} fichiers de la sauvegarde du {}", "{}: {} files of the backup of {}")
MAY_RECORD = Text(
    "tous les échantillons enregistrés à {} ; un poste peut désormais y enregistrer",
    "every sample flushed by {}; a station may record into it now",
)
NO_ACCOUNTS = Text(
    "comptes : aucun dans cette sauvegarde ; créez le premier avec « vigie people add »",
    "accounts: none in this backup; make the first with `vigie people add`",
)
ACCOUNTS = Text(
    "comptes : {}, avec les mots de passe et les rôles du {} ; qui a été désactivé ou changé depuis est comme avant : "
    "voyez « vigie people list »",
    "accounts: {}, with the passwords and roles of {}; who was disabled or changed since is as before: look with "
    "`vigie people list`",
)
LACKING = Text(
    "dans aucune sauvegarde, à redonner avant que le poste démarre :",
    "in no backup, to be given again before the station starts:",
)
PASSWORD = Text("mot de passe de {} : {}", "password of {}: {}")
OWN_KEY = Text(
    " : refaite si elle manque, et chaque serveur OPC UA doit alors accepter la nouvelle",
    ": made anew where it is missing, and then every OPC UA server has to trust the new one",
)
TRUST_AGAIN = Text(" : ou acceptez-le à nouveau avec « vigie trust »", ": or trust it again with `vigie trust`")
LOOKED_AT = Text("{} : {} fichiers lus, dont {} endommagés", "{}: {} files read, {} damaged")
NOT_AS_WRITTEN = Text("Absent, ou pas tel qu'il a été écrit.", "Missing, or not as it was written.")
PLACES, NO_DAMAGE = (
    Text("{} endroit{s} endommagé{s}", "{} place{s} damaged"),
    Text("rien n'est endommagé", "nothing is damaged"),
)
VERIFIED = Text("{} : {} fichiers lus, {} ; {}", "{}: {} files read, {}; {}")
MERGED = Text("{} : {} échantillons, {}", "{}: {} samples, {}")
COMPACTED = Text(
    "{} échantillons compactés, {} partition(s) fusionnée(s)", "{} samples compacted, {} partition(s) merged"
)
ALL_TAGS = Text("tous les tags ({})", "all tags ({})")
DAMAGED = Text("{} endroit{s} endommagé{s} ; le reste est lisible", "{} place{s} damaged; the rest can be read")
LEFT = Text("encore {}", "{} left")
BARS = {
    "reading": Text("lecture", "reading"),
    "comparing": Text("comparaison", "comparing"),
    "loading": Text("chargement", "loading"),
    "backup": Text("sauvegarde", "backup"),
    "restore": Text("restauration", "restore"),
    "verify": Text("vérification", "verify"),
    "compact": Text("compactage", "compact"),
}
