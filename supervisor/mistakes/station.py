"""What the machine, a file of the station, or a file to import or to back up to lacks."""

from __future__ import annotations

from supervisor.model import Text

MACHINE = (
    Text(
        "le dossier de données {} ne peut pas être créé ({}) : choisissez-en un autre avec --data",
        "the data folder {} cannot be made ({}): choose another with --data",
    ),
    Text(
        "le dossier de données {} ne peut pas être écrit ({}) : libérez-le ou choisissez-en un autre avec --data",
        "the data folder {} cannot be written ({}): free it or choose another with --data",
    ),
    Text(
        "un poste tourne déjà sur {} : attachez-vous-y avec « vigie window », ou choisissez un autre --data",
        "a station already runs on {}: attach to it with `vigie window`, or choose another --data",
    ),
    Text(
        "{} ne peut pas être écrit ({}) : choisissez un autre dossier avec --data",
        "{} cannot be written ({}): choose another folder with --data",
    ),
    Text(
        "il n'y a pas d'écran ici (ni DISPLAY ni WAYLAND_DISPLAY n'est défini) : démarrez la fenêtre sur le bureau, ou "
        "lancez « vigie station » pour un poste sans fenêtre",
        "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): start it on the desktop, or run `vigie "
        "station` for a station without a window",
    ),
    Text("le site ne connaît pas d'utilisateur {} : possibles : {}", "the site knows no user {}: use one of {}"),
    Text("ceux que vous créerez d'abord", "those you make first"),
    Text("le poste n'a pas démarré en une demi-minute", "the station did not start within half a minute"),
    Text("la ville simulée n'a pas démarré : {}", "the simulated city did not start: {}"),
    Text(
        "aucun serveur MQTT n'a été trouvé : installez mosquitto, ou le paquet Python iotcore",
        "no MQTT broker was found: install mosquitto, or the Python package iotcore",
    ),
    Text(
        "le port {} est pris par un autre programme : arrêtez-le, ou changez le port de la liaison",
        "port {} is in use by another program: end it, or change the link's port",
    ),
    Text("{} n'a pas démarré : {}", "{} did not start: {}"),
    Text(
        "aucune ville ne répond sur le port {} ({}) : lancez-en une avec python -m simulator SITE --control {}",
        "no city answers on port {} ({}): start one with python -m simulator SITE --control {}",
    ),
    Text("le port de commande {} est pris ({})", "the control port {} is taken ({})"),
    Text(
        "la liaison {} ne peut pas écouter à {} ({}) : une autre ville tourne-t-elle sur cette machine ?",
        "link {} cannot listen at {} ({}): is another city running on this machine?",
    ),
    Text(
        "{} ne contient ni certificat ni liste de certificats révoqués",
        "{} holds neither a certificate nor a list of revoked ones",
    ),
    Text("{} ne peut pas être utilisé : {}", "{} cannot be used: {}"),
    Text("{} ne contient pas ce qu'il devrait ({}) : supprimez-le", "{} does not hold what it should ({}): remove it"),
)

FILES = (
    Text("{} ne peut pas être écrit", "{} cannot be written"),
    Text("{} a été écrit par un Vigie plus récent (version {})", "{} was written by a newer Vigie (version {})"),
    Text(
        "{} : écrit par un Vigie plus récent (version {} ; ce programme connaît {})",
        "{}: written by a newer Vigie (version {}; this program knows {})",
    ),
    Text("{} : écrit par un Vigie plus récent (format {})", "{}: written by a newer Vigie (format {})"),
    Text("Un lot au format {} : écrit par un Vigie plus récent", "A batch of format {}: written by a newer Vigie"),
    Text("Un bloc au format {} : écrit par un Vigie plus récent", "A chunk of format {}: written by a newer Vigie"),
    Text("Des valeurs de sorte {} : écrites par un Vigie plus récent", "Values of kind {}: written by a newer Vigie"),
    Text(
        "Des agrégats au format {} : écrits par un Vigie plus récent", "Rollups of format {}: written by a newer Vigie"
    ),
    Text("{} ne peut pas être lu : {}. Le poste tourne-t-il ?", "{} cannot be read: {}. Is the station running?"),
    Text(
        "{} n'est pas un fichier de colonnes de cette version de Vigie",
        "{} is not a column file of this version of Vigie",
    ),
    Text(
        "{} ne peut pas être créé : {}. Libérez de la place ou choisissez un autre --data",
        "{} cannot be made: {}. Free some space or choose another --data",
    ),
    Text(
        "{} : il est d'un autre historique que {} ; restaurez les deux de la même sauvegarde",
        "{}: belongs to another history than {}; restore both from the same backup",
    ),
    Text("{} : l'image clé manque", "{}: the keyframe is missing"),
    Text(
        "{} : la nouvelle partition est endommagée ({}) ; le disque est défaillant",
        "{}: the new partition is damaged ({}); the disk fails",
    ),
    Text(
        "{} : l'historique est compacté plus vite qu'il ne peut être lu",
        "{}: the history is compacted faster than it can be read",
    ),
    Text("{} : {} lignes plus anciennes doivent d'abord être écrites", "{}: {} older rows are to be written first"),
)

DAMAGE = (
    Text("Un bloc de {} octets est trop court", "A blob of {} bytes is too short"),
    Text("La somme de contrôle d'un bloc de {} octets est fausse", "The checksum of a blob of {} bytes is wrong"),
    Text("{} : la partition manque", "{}: the partition is missing"),
    Text("Le bloc manque", "The blob is missing"),
    Text("La ligne dit autre chose que ses échantillons", "The row says something else than its samples"),
    Text("Le fichier lui-même est endommagé : {}", "The file itself is damaged: {}"),
    Text("Le fichier manque", "The file is missing"),
    Text("Personne ne pourrait ouvrir de session : {}", "Nobody could sign in: {}"),
    Text("La chaîne du journal ne peut pas être parcourue : {}", "The chain of the journal cannot be walked: {}"),
    Text("La chaîne du journal est rompue : ligne {}, {}", "The chain of the journal breaks: row {} is {}"),
)

ARCHIVE = (
    Text(
        "{} contient des sauvegardes d'un autre historique : choisissez un autre dossier",
        "{} holds backups of another history: choose another folder",
    ),
    Text(
        "{} : les partitions sont remplacées plus vite qu'elles ne peuvent être copiées",
        "{}: partitions are replaced faster than they can be copied",
    ),
    Text("{} : il n'y a pas d'historique ici", "{}: there is no history here"),
    Text(
        "{} ne peut pas être écrit ({}) ; ses sauvegardes précédentes sont intactes",
        "{} cannot be written ({}); earlier backups in it are as they were",
    ),
    Text(
        "{} : l'historique est compacté plus vite qu'il ne peut être copié",
        "{}: the history is compacted faster than it can be copied",
    ),
    Text("{} a {} Mo libres, et il en faut {} pour cette sauvegarde", "{} has {} MB free, and this backup needs {} MB"),
    Text(
        "{} ne contient pas de sauvegarde : indiquez le dossier donné à « vigie history … backup »",
        "{} holds no backup: name the folder that was given to `vigie history … backup`",
    ),
    Text("{} : le manifeste ne peut pas être lu ({})", "{}: the manifest cannot be read ({})"),
    Text(
        "{} : la copie n'est pas ce qui a été copié ; le disque est défaillant",
        "{}: the copy is not what was copied; the disk fails",
    ),
    Text(
        "aucun tag ne s'appelle {} ; écrivez AP-014.M.p, AP-014, AP-* ou *.level",
        "no tag is called {}; write AP-014.M.p, AP-014, AP-* or *.level",
    ),
    Text(
        "{} existe déjà : ajoutez --overwrite, ou donnez un autre nom",
        "{} is there already: give --overwrite, or another name",
    ),
    Text("{} ne peut pas être écrit ({})", "{} cannot be written ({})"),
    Text("{} ne peut pas être écrit ({}) ; il n'en reste rien", "{} cannot be written ({}); nothing is left behind"),
    Text(
        "{} ne peut pas être écrit ({}) ; il n'en reste rien", "{} cannot be written ({}); nothing of it is left behind"
    ),
    Text(
        '« {} » n\'est pas un instant ({}) : écrivez 2026-10-25, "2026-10-25 14:30", une heure ISO avec son décalage, '
        "yesterday ou -7d",
        '"{}" is no instant ({}): write 2026-10-25, "2026-10-25 14:30", an ISO time with its offset, yesterday, or -7d',
    ),
    Text("{} vient deux fois à {} : ajoutez {} ou {}", "{} comes twice in {}: add {} or {}"),
    Text(
        "{} n'existe pas à {}, où l'horloge est avancée par-dessus",
        "{} does not exist in {}, where the clock is put forward over it",
    ),
    Text(
        "« {} » n'est pas un pas : écrivez 10min, 1h, day, week, month ou year",
        '"{}" is no step: write 10min, 1h, day, week, month or year',
    ),
    Text(
        "« {} » n'est pas un pas : il doit tenir dans une heure, ou être d'heures qui tiennent dans un jour",
        '"{}" is no step: it has to go into an hour, or be hours that go into a day',
    ),
    Text(
        "« {} » n'est pas un pas du calendrier : écrivez {}, ou des heures",
        '"{}" is no step of the calendar: write {}, or hours',
    ),
    Text(
        "{} est endommagé ({}) : prenez une autre sauvegarde, ou ce qu'il en reste avec --despite-damage",
        "{} is damaged ({}): take another backup, or what is left of it with --despite-damage",
    ),
    Text(
        "{} contient déjà un historique, et rien n'est jamais écrit par-dessus : donnez un autre --data",
        "{} holds a history already, and nothing is ever written over one: give another --data",
    ),
    Text(
        "{} contient déjà {}, et rien n'est jamais écrit par-dessus : donnez un autre --data",
        "{} holds {} already, and nothing is ever written over one: give another --data",
    ),
    Text(
        "une feuille contient {} lignes, et cet export en a plus : prenez moins de tags ou moins de temps, agrégez "
        "avec --every, ou écrivez du csv ou du parquet",
        "a sheet holds {} rows, and this export has more: take fewer tags or a shorter span, aggregate with --every, "
        "or write csv or parquet",
    ),
    Text("« {} » ne se termine pas par l'un de .{}", '"{}" ends in none of .{}'),
    # ------------------------------------------------------------ samples to import
    Text(
        "ce n'est pas de l'UTF-8 ; enregistrez le fichier en CSV UTF-8", "this is not UTF-8; save the file as CSV UTF-8"
    ),
    Text("la ligne est illisible ({})", "the row cannot be read ({})"),
    Text(
        "la première ligne ne nomme ni les colonnes « tag » et « time », ni « time » puis un tag par colonne",
        'the first line names no columns "tag" and "time", nor "time" and then one tag a column',
    ),
    Text("ce n'est pas un fichier Parquet ({})", "this is no Parquet file ({})"),
    Text("il n'y a pas de colonne {}", "there is no column {}"),
    Text("ni le site ni l'historique n'ont de tag « {} »", 'neither the site nor the history has a tag "{}"'),
    Text("ni le site ni l'historique n'ont de tag « {} ». {}", 'neither the site nor the history has a tag "{}". {}'),
    Text(
        "« {} » n'est pas un instant ({}) ; écrivez 2026-10-25T02:30:00+01:00",
        '"{}" is no instant ({}); write 2026-10-25T02:30:00+01:00',
    ),
    Text("l'heure manque", "the time is missing"),
    Text("l'échantillon est dans le futur", "the sample lies in the future"),
    Text("l'échantillon est d'avant 1970", "the sample is older than 1970"),
    Text("« {} » n'est pas une qualité. {}", '"{}" is no quality. {}'),
    Text("{} n'a pas de valeur, et sa qualité n'est pas mauvaise", "{} has no value, and its quality is not bad"),
    Text("« {} » n'est pas une valeur de {}", '"{}" is no value of {}'),
    Text("« {} » n'est pas une valeur de {}. {}", '"{}" is no value of {}. {}'),
    Text("la ligne a {} colonnes, et la première en nomme {}", "the row has {} columns, and the first line names {}"),
    Text("le texte manque, et sa qualité n'est pas mauvaise", "the text is missing, and its quality is not bad"),
    Text(
        "le texte dépasse {} octets, et un poste n'en garde pas plus",
        "the text has more than {} bytes, which is all a station keeps",
    ),
)

ROWS = (*MACHINE, *FILES, *DAMAGE, *ARCHIVE)
