"""What is wrong with a file, a table or a key of it: `supervisor.site` reader, document, sheet, findings, folder; and
with the files every site has: territory, people, links, directory."""

from __future__ import annotations

from supervisor.model import Text


def titled(fr: str, en: str) -> tuple[Text, ...]:
    """A sentence about a table, by each of its titles: see `Table.title`."""
    return (
        Text(f"{{}}{fr}", f"{{}}{en}"),
        Text(f"L'entrée {{}} « {{}} »{fr}", f'The {{}} "{{}}"{en}'),
        Text(f"Cette entrée {{}}{fr}", f"This {{}}{en}"),
        Text(f"Ce fichier{fr}", f"This file{en}"),
    )


def _catalogued(fr: str, en: str) -> tuple[Text, ...]:
    """The sentences about one kind of row that has ids."""
    return (
        Text(f"{fr} « {{}} » : ce nom est déjà pris à {{}}", f'The {en} "{{}}" is already described at {{}}'),
        Text(f"{fr} « {{}} » : il n'y en a pas de ce nom", f'There is no {en} "{{}}"'),
    )


READING = (
    # ------------------------------------------------------------ files
    Text("{}:{}: {}", "{}:{}: {}"),
    Text("Ce fichier manque", "This file is missing"),
    Text("Copiez celui de sites/angers et adaptez-le", "Copy the one of sites/angers and adapt it"),
    Text("Ce fichier ne peut pas être lu : {}", "This file can't be read: {}"),
    Text("accès refusé par le système", "Permission denied"),
    Text("c'est un dossier", "Is a directory"),
    Text("erreur d'entrée-sortie", "Input/output error"),
    Text(
        "Enregistrez-le en UTF-8 (« CSV UTF-8 » dans un tableur)",
        'Save the file as UTF-8 ("CSV UTF-8" in a spreadsheet)',
    ),
    Text("L'octet {} n'est pas de l'UTF-8", "Byte {} is not UTF-8"),
    Text("Le TOML est illisible ici : {}", "TOML can't be read here: {}"),
    Text(
        "Cherchez, sur cette ligne et la précédente, un guillemet, un crochet, une virgule ou un = qui manque",
        "Look at this line and the one above for a quote, a bracket, a comma or an = that is missing",
    ),
    Text("Le CSV est illisible ici : {}", "CSV can't be read here: {}"),
    Text(
        "Cherchez un guillemet ouvert et non fermé, ou un guillemet dans un nom (doublez-le)",
        "Look for a quote that is opened and not closed, or a quote inside a name (write it twice)",
    ),
    Text("le fichier finit trop tôt", "unexpected end of data"),
    Text("{} attendu après {}", "{} expected after {}"),
    Text("Rien ne lit ceci", "Nothing reads this"),
    Text("Il n'y a pas de dossier {}", "There is no folder {}"),
    Text("Ce n'est pas un dossier", "This is not a folder"),
    Text("Indiquez le dossier qui contient site.toml", "Name the folder that holds site.toml"),
    # ------------------------------------------------------------ what tomllib says
    Text("ce n'est ni une table, ni « clé = valeur »", "Invalid statement"),
    Text("une seule instruction par ligne", "Expected newline or end of document after a statement"),
    Text("{} est attendu", "Expected {}"),
    Text("le caractère {} n'a rien à faire ici", "Found invalid character {}"),
    Text("le caractère {} n'a pas sa place ici", "Illegal character {}"),
    Text("{} est décrit deux fois", "Cannot declare {} twice"),
    Text("cette clé a déjà une valeur", "Cannot overwrite a value"),
    Text("il manque ] à la fin du nom de la table", "Expected ']' at the end of a table declaration"),
    Text("il manque ]] à la fin du nom de la table", "Expected ']]' at the end of an array declaration"),
    Text("{} est déjà complet", "Cannot mutate immutable namespace {}"),
    Text("{} est déjà décrit", "Cannot redefine namespace {}"),
    Text("il manque = après la clé", "Expected '=' after a key in a key/value pair"),
    Text("une clé ne commence pas ainsi", "Invalid initial character for a key part"),
    Text("la liste n'est pas fermée", "Unclosed array"),
    Text("la clé {} est là deux fois", "Duplicate inline table key {}"),
    Text("la table entre accolades n'est pas fermée", "Unclosed inline table"),
    Text("un \\ dans un texte s'écrit \\\\", "Unescaped '\\' in a string"),
    Text("ce n'est pas de l'hexadécimal", "Invalid hex value"),
    Text("ce code n'est pas un caractère", "Escaped character is not a Unicode scalar value"),
    Text("le texte n'est pas fermé", "Unterminated string"),
    Text("ce n'est pas une date", "Invalid date or datetime"),
    Text("ce n'est pas une valeur : un texte s'écrit entre guillemets", "Invalid value"),
    # ------------------------------------------------------------ words that are not known
    Text("Vouliez-vous dire « {} » ?", 'Did you mean "{}"?'),
    Text("Est-ce « {} » ?", 'Is "{}" meant?'),
    Text("Possibles : {}", "Use one of: {}"),
    Text("Possibles : {}", "Use: {}"),
    Text("Possibles : {}", "Use some of: {}"),
    Text("{} « {} » : ce nom est déjà pris à {}", 'The {} "{}" is already described at {}'),
    Text("{} « {} » : il n'y en a pas de ce nom", 'There is no {} "{}"'),
    *_catalogued("Secteur", "area"),
    *_catalogued("Métier", "system"),
    *_catalogued("Utilisateur", "user"),
    *_catalogued("Liaison", "link"),
    *_catalogued("Type d'équipement", "equipment type"),
    *_catalogued("Pack", "pack"),
    *_catalogued("Calendrier", "calendar"),
    *_catalogued("Type de jour", "day type"),
    *_catalogued("Programme", "programme"),
    *_catalogued("Contact", "contact"),
    *_catalogued("Tour d'astreinte", "rota"),
    *_catalogued("Règle", "rule"),
    *_catalogued("Poste de conduite", "position"),
    Text("Donnez un autre identifiant à l'un d'eux, ou retirez-le", "Give one of them another id, or remove it"),
    Text("Donnez un autre identifiant à l'un d'eux", "Give one of them another id"),
    Text("Il n'y a pas de « {} »", 'There is no "{}"'),
    Text("Il n'y a pas de « {} » dans ce fichier", 'There is no "{}" in this file'),
    # ------------------------------------------------------------ keys of a table
    Text("« {} » n'a pas de sens ici", '"{}" means nothing here'),
    Text("« {} » ne peut pas être un identifiant", '"{}" can\'t be an id'),
    Text("Lettres, chiffres, - et _ seulement", "Use letters, digits, - and _ only"),
    Text("« {} » est vide", '"{}" is empty'),
    Text("« {} » contient {}", '"{}" lists {}'),
    Text("Chaque entrée est un texte entre guillemets", "Every entry is a text in quotes"),
    Text("Chaque entrée est une table, {{ … }}", "Every entry is a table, { … }"),
    Text("« {} » vaut {}", '"{}" is {}'),
    Text("« {} » vaut « {} »", '"{}" is "{}"'),
    Text("« {} » est un texte", '"{}" is text'),
    Text("« {} » est un nombre", '"{}" is a number'),
    Text("« {} » est une liste", '"{}" is a list'),
    Text("« {} » est une table", '"{}" is a table'),
    Text("« {} » est true ou false", '"{}" is true or false'),
    Text("« {} » est une date ou une heure", '"{}" is a date or time'),
    Text("Il va de {} à {}", "It goes from {} to {}"),
    Text("Il va de {}", "It goes from {}"),
    Text("C'est un nombre entier de {} à {}", "It is a whole number from {} to {}"),
    Text(
        "Écrivez la limite basse puis la haute, comme [0, 100]", "Write the lower and the upper limit, such as [0, 100]"
    ),
    Text("« {} » descend de {} à {}", '"{}" goes from {} down to {}'),
    Text("La limite basse vient en premier", "The lower limit comes first"),
    Text("Il faut {}", "It must be {}"),
    Text("Il faut un texte entre guillemets", "It must be a text in quotes"),
    Text("Ajoutez {} : {}", "Add {}: {}"),
    Text("un texte entre guillemets", "a text in quotes"),
    Text('une liste de textes, comme ["level", "power"]', 'a list of texts such as ["level", "power"]'),
    Text("un nombre sans guillemets", "a number without quotes"),
    Text("un couple, comme [0, 100]", "a pair such as [0, 100]"),
    Text("un nombre ou l'identifiant d'un état", "a number or the id of a state"),
    Text("l'un de : {}", "one of: {}"),
    Text('un texte ou {{ fr = "…", en = "…" }}', 'a text or { fr = "…", en = "…" }'),
    Text("une liste de tables, [[{}]]", "a list of tables, [[{}]]"),
    Text("true ou false", "true or false"),
    Text("une table", "a table"),
    Text("une liste", "a list"),
    Text("une date ou une heure", "a date or time"),
    *titled(" n'a pas de « {} »", ' has no "{}"'),
    Text("Ce fichier", "This file"),
    Text("Écrivez un nombre", "Write a number"),
    # ------------------------------------------------------------ rows of a sheet
    Text("Écrivez des chiffres, comme 12 ou 0.5", "Write digits, such as 12 or 0.5"),
    Text("Écrivez des chiffres, comme 0.1", "Write digits, such as 0.1"),
    Text("Écrivez-le avec un point et non une virgule", "Write it with a point, not a comma"),
    Text("{} « {} » n'est pas un nombre", '{} "{}" is not a number'),
    Text("Ce fichier n'a pas de ligne d'en-tête", "This file has no header row"),
    Text("Commencez par la ligne {}", "Begin with the line {}"),
    Text(
        "Enregistrez-le à nouveau avec des virgules entre les cellules (format CSV UTF-8, séparateur virgule)",
        "Save it again with commas between the cells (format CSV UTF-8, separator comma)",
    ),
    Text(
        "Les cellules de ce fichier sont séparées par des points-virgules",
        "The cells of this file are separated by semicolons",
    ),
    Text("Il n'y a pas de colonne « {} »", 'There is no column "{}"'),
    Text("La colonne « {} » est là deux fois", 'The column "{}" is there twice'),
    Text("La colonne « {} » manque", 'The column "{}" is missing'),
    Text("La colonne « name » manque", 'The column "name" is missing'),
    Text("Ajoutez-la à la ligne d'en-tête", "Add it to the header row"),
    Text("Cette ligne a {} cellules pour {} colonnes", "This row has {} cells for {} columns"),
    Text(
        'Un nom avec une virgule s\'écrit entre guillemets : "Rue X, sud"',
        'A name with a comma in it goes in quotes: "Rue X, sud"',
    ),
    Text("« {} » n'est sous aucune colonne", '"{}" stands under no column'),
    Text("Nommez la colonne dans la ligne d'en-tête", "Give the column a name in the header row"),
    Text("Retirez l'un des deux", "Remove one of them"),
    Text("Retirez l'un des deux", "Remove one of the two"),
    Text("Retirez l'un des deux", "Remove one"),
    Text("Gardez l'une des deux lignes", "Keep one of the two rows"),
    Text("Gardez l'une des deux", "Keep one of them"),
    Text("Retirez-le", "Remove it"),
    Text("Choisissez un autre identifiant", "Choose another id"),
    Text("Donnez-lui un autre identifiant", "Give it another id"),
)

SITE = (
    # ------------------------------------------------------------ site, areas, people
    Text("Retirez ce [[system]]", "Remove this [[system]]"),
    Text("Vigie ajoute lui-même le métier « network »", 'Vigie adds the system "network" itself'),
    Text("« {} » est le nom d'un poste de travail", '"{}" is the name of a seat'),
    Text("Prenez un identifiant qui ne commence pas par {}", "Take an id that does not begin with {}"),
    Text("Il n'y a pas de classe de commandes « {} » (entrée {})", 'There is no class of commands "{}" (entry {})'),
    Text("Un {} ne donne pas de commande", "A {} gives no commands"),
    Text("Retirez « classes », ou donnez un autre rôle", 'Remove "classes", or give another role'),
    Text("Les agrégats partiraient avant leurs échantillons", "Rollups would go before their samples"),
    Text("Gardez-les au moins aussi longtemps", "Keep them at least as long"),
    Text("Il n'y a pas de fuseau horaire « {} »", 'There is no time zone "{}"'),
    Text("Le site n'a pas de position", "The site has no position"),
    Text(
        "Écrivez position = [latitude, longitude] en degrés, comme [47.4736, -0.5541]",
        "Write position = [latitude, longitude] in degrees, such as [47.4736, -0.5541]",
    ),
    Text("Le secteur « {} » est à l'intérieur de lui-même", 'The area "{}" lies inside itself'),
    Text("Donnez-lui un parent qui n'est pas à l'intérieur de lui", "Give it a parent that is not inside it"),
    # ------------------------------------------------------------ directory
    Text("Un mot de passe n'est jamais dans le dossier du site", "A password never stands in the site folder"),
    Text("Donnez-le : vigie secret SITE directory", "Give it: vigie secret SITE directory"),
    Text(
        "Aucun groupe de l'annuaire n'a de rôle : personne ne pourrait agir",
        "No group of the directory has a role: nobody could act",
    ),
    Text(
        'Ajoutez [[directory.group]] avec name = "cn=…" et role = "operator"',
        'Add [[directory.group]] with name = "cn=…" and role = "operator"',
    ),
    Text("Le serveur {}, « {} », n'est pas l'adresse d'un annuaire", 'Server {}, "{}", is no address of a directory'),
    Text(
        "Écrivez ldaps://machine, ou ldap://machine, interrogée par StartTLS",
        "Write ldaps://host, or ldap://host, which is asked over StartTLS",
    ),
    Text("Aucun serveur de l'annuaire n'est indiqué", "No server of the directory is named"),
    Text('Ajoutez servers = ["ldaps://annuaire.ville.fr"]', 'Add servers = ["ldaps://annuaire.ville.fr"]'),
    Text("{} n'est pas un filtre LDAP", "{} is no filter of LDAP"),
    Text("Écrivez-le entre parenthèses, comme {}", "Write one in brackets, such as {}"),
    Text("{} trouve la même chose pour tous", "{} finds the same for everybody"),
    Text("Mettez {} à la place du mot", "Put {} where the word belongs"),
    Text("Il n'y a pas de fichier « {} » dans le dossier du site", 'There is no file "{}" in the site folder'),
    Text("Placez-y le certificat de l'autorité", "Put the authority's certificate there"),
    # ------------------------------------------------------------ links
    Text("Cette ligne n'a pas d'identifiant", "This row has no id"),
    Text("Donnez-en un, ou retirez la ligne", "Give it one, or remove the row"),
    Text("« {} » est l'identifiant du poste lui-même", '"{}" is the id of the station itself'),
    Text("Il n'y a pas de protocole « {} »", 'There is no protocol "{}"'),
    Text("La liaison « {} » n'a pas de secteur", 'The link "{}" has no area'),
    Text("Donnez-lui-en un de areas.toml", "Give it one of areas.toml"),
    Text("« {} » n'est pas un réglage", '"{}" is no setting'),
    Text("Écrivez clé=valeur, comme timeout_s=1", "Write key=value, such as timeout_s=1"),
)

ROWS = (*READING, *SITE)
