"""The French of `--help`, by the English words; see `ui.cli.help`."""

from __future__ import annotations

from supervisor.model import Text

ARGPARSE = (
    Text("arguments", "positional arguments"),
    Text("affiche cette aide et s'arrête", "show this help message and exit"),
    Text("affiche la version et s'arrête", "show program's version number and exit"),
    Text("il manque : {}", "the following arguments are required: {}"),
    Text("arguments inconnus : {}", "unrecognized arguments: {}"),
    Text("argument {} : {}", "argument {}: {}"),
    Text("{} n'est pas un choix (possibles : {})", "invalid choice: {} (choose from {})"),
    Text("une valeur est attendue", "expected one argument"),
    Text("une valeur au moins est attendue", "expected at least one argument"),
    Text("une valeur au plus est attendue", "expected at most one argument"),
    Text("{} valeurs sont attendues", "expected {} arguments"),
    Text("{1} n'est pas une valeur du type {0}", "invalid {} value: {}"),
    Text("ne va pas avec {}", "not allowed with argument {}"),
    Text("il faut l'un de : {}", "one of the arguments {} is required"),
    Text("l'option {} est ambiguë : {}", "ambiguous option: {} could match {}"),
    Text("la valeur {} n'a pas sa place", "ignored explicit argument {}"),
)

COMMANDS = (
    Text("Le poste de conduite d'une ville.", "The control-room workstation of a city."),
    Text("Ouvre un site : son poste et une fenêtre.", "Open a site: its station and a window on it."),
    Text("Démarre une ville simulée, son poste et une fenêtre.", "Start a simulated city, its station and a window."),
    Text(
        "Acquiert, alarme, enregistre et commande, sans fenêtre.",
        "Acquire, alarm, record and command, without a window.",
    ),
    Text("Attache une fenêtre à un poste qui tourne.", "Attach a window to a running station."),
    Text("Donne toutes les erreurs d'un dossier de site.", "List every mistake in a site folder."),
    Text("Met sur le réseau les automates simulés d'un site.", "Put the simulated controllers of a site on the wire."),
    Text("Fait mal se conduire la ville simulée.", "Make the simulated city misbehave."),
    Text(
        "Conserve le mot de passe d'une liaison, hors du dossier du site.",
        "Keep the password of a link, outside the site folder.",
    ),
    Text(
        "Liste les comptes, en ajoute un, donne un mot de passe, en désactive un.",
        "List accounts, add one, give a password, disable one.",
    ),
    Text(
        "Examine un automate qu'aucun site ne connaît encore, ou en essaie une valeur.",
        "Look at a controller that no site knows yet, or test one value of it.",
    ),
    Text("Imprime la fiche de mise en service d'un équipement.", "Print the commissioning sheet of an equipment."),
    Text(
        "Fait des packs, des liaisons et des équipements d'un relevé ou d'une liste.",
        "Make packs, links and equipment of a look or of a list.",
    ),
    Text("Montre les certificats des serveurs ; en accepte un.", "Show the certificates of servers; trust one."),
    Text(
        "Mesure, exporte, importe, sauvegarde, restaure et vérifie l'historique.",
        "Measure, export, import, back up, restore and verify the history.",
    ),
    Text(
        "Vérifie, cherche et exporte ce qui s'est passé et qui l'a fait.",
        "Verify, search and export what happened and who did it.",
    ),
    Text(
        "La base maîtresse des alarmes : exporter, importer, comparer à ce qui a été approuvé.",
        "The master alarm database: export, import, compare with what was approved.",
    ),
    Text("Prend des images de toutes les pages de la démonstration.", "Take pictures of every page of the demo."),
)

OPTIONS = (
    Text("le dossier du site, comme sites/angers", "the site folder, such as sites/angers"),
    Text("le dossier du site", "the site folder"),
    Text(
        "où sont historique, journal et alarmes ; votre propre dossier par défaut",
        "where history, journal and alarms are kept; your own folder if left out",
    ),
    Text(
        "qui est proposé à l'ouverture de session ; d'ici là, la fenêtre ne fait que surveiller",
        "who is offered where somebody signs in; the window itself watches until then",
    ),
    Text(
        "le nom de ce poste de travail dans le journal ; celui de la machine par défaut",
        "the name of this seat in the journal; the machine's if left out",
    ),
    Text(
        "un dossier de site ; la ville de la démonstration par défaut",
        "a site folder; the city of the demo if left out",
    ),
    Text("historique inventé au premier démarrage (24)", "history made up at first start (24)"),
    Text("port pour « vigie mischief » (18999)", "port for `vigie mischief` (18999)"),
    Text("ne dit rien que les erreurs", "say nothing but errors"),
    Text("de ce qui est dit ; celle du site par défaut", "of what is said; the site's if left out"),
    Text("la même graine raconte la même histoire", "the same seed tells the same story"),
    Text("heure locale à laquelle la ville commence, comme 21.5", "local hour the city begins at, such as 21.5"),
    Text(
        "jour où la ville commence, avec son temps, comme 2026-07-14",
        "day the city begins on, with its weather, such as 2026-07-14",
    ),
    Text("comme : drop L-AP-014 ; « list » dit ce qu'il y a", "such as: drop L-AP-014; `list` says what there is"),
    Text("identifiant de la liaison, comme dans links.csv", "id of the link, as in links.csv"),
    Text("l'oublie au contraire", "forget it instead"),
    Text("le compte de qui ; pas pour list", "whose account; not for list"),
    Text(
        "le dossier des données ; le vôtre pour ce site par défaut",
        "the data folder; your own of this site if left out",
    ),
    Text("add : prénom et nom", "add: first and last name"),
    Text(
        "add : ce qu'il peut faire (operator ; le premier : administrator)",
        "add: what they may do (operator; the first: administrator)",
    ),
    Text("add : où vaut ce rôle ; sinon partout", "add: where the role holds; or everywhere"),
    Text("l'administrateur, là où un poste tourne", "the administrator, where a station runs"),
    Text(
        "modbus://machine:502, opc.tcp://machine:4840 ou mqtt://machine:1883",
        "modbus://host:502, opc.tcp://host:4840 or mqtt://host:1883",
    ),
    Text("Modbus : esclave, ou esclaves 1-10 (1)", "Modbus: unit, or units 1-10 (1)"),
    Text(
        "Modbus : holding, input, coil, discrete ou all, séparés par des virgules (holding,input)",
        "Modbus: holding, input, coil, discrete or all, with commas (holding,input)",
    ),
    Text("Modbus : première adresse, comptée depuis 0 (0)", "Modbus: first address, 0-based (0)"),
    Text("Modbus : combien d'adresses (200)", "Modbus: how many addresses (200)"),
    Text("Modbus : secondes entre deux requêtes (0.02)", "Modbus: seconds between two requests (0.02)"),
    Text("Modbus sur un port série : sa vitesse (19200)", "Modbus on a serial port: its speed (19200)"),
    Text("Modbus sur un port série : even, odd ou none (even)", "Modbus on a serial port: even, odd or none (even)"),
    Text("Modbus sur un port série : bits d'arrêt (1)", "Modbus on a serial port: stop bits (1)"),
    Text("OPC UA : parcourir à partir d'ici (Objects)", "OPC UA: browse from here (Objects)"),
    Text("OPC UA : combien de niveaux vers le bas (8)", "OPC UA: how many levels down (8)"),
    Text("OPC UA : combien de variables au plus (5000)", "OPC UA: how many variables at most (5000)"),
    Text(
        "OPC UA : none, basic256sha256, aes128 ou aes256 (none)",
        "OPC UA: none, basic256sha256, aes128 or aes256 (none)",
    ),
    Text("OPC UA : sign ou sign_and_encrypt (sign_and_encrypt)", "OPC UA: sign or sign_and_encrypt (sign_and_encrypt)"),
    Text("MQTT : secondes d'écoute (10)", "MQTT: seconds to listen (10)"),
    Text("MQTT : filtre à écouter (#)", "MQTT: filter to listen to (#)"),
    Text("secondes d'attente d'une réponse", "seconds to wait for an answer"),
    Text(
        "sous quel nom ouvrir une session ; le mot de passe est demandé, ou pris dans $VIGIE_PASSWORD",
        "who to sign in as; the password is asked for, or taken from $VIGIE_PASSWORD",
    ),
    Text('lit une seule valeur : "holding 12 float32 CDAB"', 'read one value only: "holding 12 float32 CDAB"'),
    Text("écrit une valeur, sans passer par le pupitre", "write one value, past the desk"),
    Text("ne demande rien avant l'écriture", "do not ask before the write"),
    Text(
        "pour écrire : le site où il est, car ses consignations sont vérifiées",
        "to write: the site it is in, for its lock-outs are looked at",
    ),
    Text("pour écrire : il n'est dans aucun site", "to write: it is in no site"),
    Text(
        "écrit bien qu'un poste tourne, ou que nul ne sache s'il y a une consignation",
        "write although a station runs, or nobody can tell of a lock-out",
    ),
    Text("avec --anyway : quel ingénieur vous êtes", "with --anyway: which engineer you are"),
    Text(
        "OPC UA : accepte d'abord le certificat de cette empreinte",
        "OPC UA: trust the certificate with this fingerprint first",
    ),
    Text(
        "un objet JSON par ligne, à mesure qu'ils viennent ; pour « vigie import »",
        "one JSON object a line, as they come; for `vigie import`",
    ),
    Text("un tableau pour un tableur", "a table for a spreadsheet"),
    Text("écrit une page", "write a page"),
    Text("écrit un papier", "write paper"),
    Text("de la page, du papier et de ce qui est dit", "of the page, the paper and what is said"),
    Text("identifiant de l'équipement, comme AP-014", "id of the equipment, such as AP-014"),
    Text("qui lit ; le premier ingénieur du site par défaut", "who reads; the first engineer of the site if left out"),
    Text(
        "un fichier de « vigie probe --json », ou une liste d'équipements en CSV",
        "a file of `vigie probe --json`, or a list of equipment in CSV",
    ),
    Text(
        "identifiant du pack : un nouveau pour un relevé, un du site pour une liste",
        "id of the pack: a new one from a look, one of the site for a list",
    ),
    Text(
        "identifiant du type d'équipement ; créé si le site n'en a pas de ce nom",
        "id of the equipment type; made if the site has none of that name",
    ),
    Text("d'un relevé : fait aussi l'équipement et sa liaison", "from a look: make the equipment and its link too"),
    Text("où il se trouve, si une ligne ne le dit pas", "where it stands, if a row does not say"),
    Text(
        "d'un relevé : métier d'un nouveau type ; le premier du site par défaut",
        "from a look: trade of a new type; the first of the site if left out",
    ),
    Text('d\'un relevé : "unit 1 holding*"', 'from a look: "unit 1 holding*"'),
    Text(
        'pour une liste : comment est faite une URL, comme "modbus://{{host}}:502"',
        'for a list: how a URL is made, such as "modbus://{host}:502"',
    ),
    Text(
        'pour une liste : réglages de chaque liaison, comme "timeout_s=2"',
        'for a list: settings of every link, such as "timeout_s=2"',
    ),
    Text("de qui montrer les certificats, ou lequel accepter", "whose certificates to show, or which one to trust"),
    Text("ne l'accepte plus", "trust it no longer"),
    Text("ne redemande pas", "do not ask again"),
    Text("dossier des images", "folder of the pictures"),
    Text("temps laissé d'abord à la ville (45)", "time the city is given first (45)"),
)

HISTORY = (
    Text("Taille et âge de l'historique, et ses trous.", "How big and how old the history is, and its holes."),
    Text(
        "Écrit des échantillons ou des agrégats en CSV, Parquet ou XLSX.",
        "Write samples or aggregates to CSV, Parquet or XLSX.",
    ),
    Text("Charge les échantillons de fichiers ; poste arrêté.", "Load samples of files; the station must be off."),
    Text("Copie l'historique pendant que le poste enregistre.", "Copy the history while the station records."),
    Text(
        "Fait un historique d'une sauvegarde, là où il n'y en a pas.", "Make a history of a backup, where none is yet."
    ),
    Text(
        "Disponibilité de chaque liaison pendant un mois, et ce qui manque à l'historique.",
        "How available each link was in a month, and what the history missed.",
    ),
    Text(
        "Lit chaque bloc et désigne ce qui est endommagé ; code de sortie 3 s'il y en a.",
        "Read every blob and name what is damaged; exit code 3 if anything is.",
    ),
    Text(
        "Fusionne maintenant ce qui peut l'être ; poste arrêté.",
        "Merge what can be merged now; the station must be off.",
    ),
    Text("pour les programmes", "for programs"),
    Text("inclus ; maintenant par défaut", "up to and with; now if left out"),
    Text("celui de la fin du nom de fichier par défaut", "that of the file's ending if left out"),
    Text(
        "agrégats de 10min, 1h, day, week, month, year au lieu des échantillons",
        "aggregates of 10min, 1h, day, week, month, year instead of the samples",
    ),
    Text("remplace le fichier s'il existe", "replace the file if it is there"),
    Text("CSV ou Parquet comme exporté, ou CSV large", "CSV or Parquet as exported, or wide CSV"),
    Text("dit ce qui serait chargé, et ne charge rien", "say what would be loaded, and load nothing"),
    Text("un dossier ; les sauvegardes y partagent les partitions", "a folder; backups share the partitions in it"),
    Text(
        "supprime ensuite toutes les sauvegardes sauf les N dernières", "remove all but the N newest backups afterwards"
    ),
    Text("le dossier des sauvegardes, ou l'une d'elles", "the folder of the backups, or one of them"),
    Text("prend ce qui reste d'une sauvegarde endommagée", "take what is left of a damaged backup"),
    Text('"2026-10", ou l\'un de ses jours ; celui-ci par défaut', '"2026-10", or any day of it; this one if left out'),
    Text('identifiants de liaisons, comme "L-1*" ; toutes', 'ids of links, such as "L-1*"; all'),
    Text("un tableau CSV au lieu de la liste", "a CSV table instead of the list"),
    Text("une sauvegarde au lieu de l'historique", "a backup instead of the history"),
)

JOURNAL = (
    Text(
        "Parcourt toute la chaîne ; désigne la première ligne fausse. Code de sortie 3 s'il y en a une.",
        "Walk the whole chain; name the first row that is wrong. Exit code 3 if one is.",
    ),
    Text("Montre les dernières lignes qui répondent.", "Show the newest rows that answer."),
    Text("Imprime la preuve d'une commande sur une page.", "Print the proof of one command on one page."),
    Text("Écrit des lignes en CSV, XLSX ou lignes JSON.", "Write rows to CSV, XLSX or JSON lines."),
    Text(
        "une ligne et son empreinte notées ailleurs, comme sur une preuve imprimée : elle doit encore y être",
        "a row and its hash noted outside, such as on a printed proof: it must still be there",
    ),
    Text(
        "où est le journal ; votre propre dossier par défaut", "where the journal is kept; your own folder if left out"
    ),
    Text("des mots qui doivent tous être dans une ligne", "words that must all be in a row"),
    Text(
        "un équipement, une alarme, un tag ou une liaison, et ce qu'il contient",
        "an equipment, alarm, tag or link, and what lies within",
    ),
    Text("identifiant d'un utilisateur", "id of a user"),
    Text("inclus", "up to and with"),
    Text("combien de lignes, les dernières (100)", "how many rows, the newest (100)"),
    Text(
        "numéro de la commande, comme le disent sa façade et sa preuve",
        "number of the command, as its faceplate and its proof say it",
    ),
    Text("où va le papier (commande-NUMÉRO.pdf)", "where the paper goes (command-NUMBER.pdf)"),
    Text("écrit aussi une page", "write a page, too"),
    Text("se termine par .csv, .xlsx ou .jsonl", "ends in .csv, .xlsx or .jsonl"),
)

ALARMS = (
    Text(
        "écrit chaque règle d'alarme avec sa rationalisation en XLSX ou CSV",
        "write every alarm rule with its rationalisation to XLSX or CSV",
    ),
    Text(
        "écrit dans les types les limites, délais, priorités et textes d'une feuille",
        "write limits, delays, priorities and texts of a sheet into the types",
    ),
    Text(
        "ce qui est configuré face à ce qui a été approuvé (alarms/master.csv)",
        "what is configured against what was approved (alarms/master.csv)",
    ),
    Text("se termine par .xlsx ou .csv", "ends in .xlsx or .csv"),
    Text("CSV tel qu'un tableur français l'ouvre", "CSV as a French spreadsheet opens it"),
    Text("comme exporté ; des colonnes peuvent manquer", "as exported; columns may be left out"),
    Text("dit ce qui changerait, et ne change rien", "say what would change, and change nothing"),
    Text("une autre feuille approuvée, ou deux à comparer", "another approved sheet, or two to compare"),
)

ROWS = (*ARGPARSE, *COMMANDS, *OPTIONS, *HISTORY, *JOURNAL, *ALARMS)
