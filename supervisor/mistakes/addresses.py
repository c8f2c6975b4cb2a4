"""What is wrong with the address of a tag, the URL or the settings of a link, or a device, as its protocol sees it."""

from __future__ import annotations

from supervisor.model import Text

COMMON = (
    Text("{} {} n'existe pas ; {}", "{} {} does not exist; {}"),
    Text("vouliez-vous dire {} ?", "did you mean {}?"),
    Text("possibles : {}", "use one of {}"),
    Text("{} {} n'est pas un nombre", "{} {} is not a number"),
    Text("{}={} n'est pas un nombre", "{}={} is not a number"),
    Text("{} {} n'est pas un nombre entier de {} à {}", "{} {} is not a whole number from {} to {}"),
    Text("{}={} n'est pas un nombre entier de {} à {}", "{}={} is not a whole number from {} to {}"),
    Text("le port de {} n'est pas un nombre de 1 à 65535", "the port of {} is not a number from 1 to 65535"),
    Text("{} {} n'est ni true ni false", "{} {} is neither true nor false"),
)

MODBUS = (
    Text(
        "une table « {} » porte un bit, son type est donc bool et non {}",
        "a {} holds one bit, so its type is bool, not {}",
    ),
    Text(
        "un bool dans un registre a besoin de la colonne bit (0 à 15)",
        "a bool in a register needs the column bit (0 to 15)",
    ),
    Text(
        "la colonne bit désigne un bit d'un registre, le type est donc bool et non {}",
        "column bit names one bit of a register, so the type is bool, not {}",
    ),
    Text(
        "un string a besoin de la colonne length : ses caractères, 1 à {}",
        "a string needs the column length: its characters, 1 to {}",
    ),
    Text("un {} en {} finirait après l'adresse {}", "a {} at {} would end beyond address {}"),
    Text(
        "un {} ne peut qu'être lu : écrivez r dans la colonne access",
        "a {} can only be read: write r in the column access",
    ),
    Text(
        "un {} ne peut qu'être lu : écrivez r dans la colonne access",
        "an {} can only be read: write r in the column access",
    ),
    Text(
        "l'adresse {} semble hexadécimale ; écrivez {}, l'adresse comptée depuis 0{}",
        "address {} looks hexadecimal; write {}, the 0-based address{}",
    ),
    Text(", ou 0x{} pour la bobine de ce numéro", ", or 0x{} for the coil with that number"),
    Text(
        "l'adresse {} n'existe pas ; écrivez 4x00013 pour le registre de maintien 13, 3x, 1x ou 0x00013",
        "address {} does not exist; write 4x00013 for holding register 13, 3x, 1x or 0x00013",
    ),
    Text(
        "l'adresse {} est un {}, et la colonne table dit {} ; ôtez l'un des deux",
        "address {} is a {}, and the column table says {}; leave one of them out",
    ),
    Text("{}={} doit être au-dessus de zéro", "{}={} must be greater than zero"),
    Text(
        "{} est un port série, et il faut une machine : écrivez modbus://machine:502",
        "{} is a serial port, and this needs a host: write modbus://host:502",
    ),
    Text("{} {} est hors de {} à {}{}", "{} {} is outside {} to {}{}"),
    Text(
        "{} {} est hors de {} à {} (les adresses se comptent depuis 0 : 40001 est le registre de maintien 0)",
        "{} {} is outside {} to {} (addresses are 0-based: 40001 is holding register 0)",
    ),
    Text(
        " (les adresses se comptent depuis 0 : 40001 est le registre de maintien 0)",
        " (addresses are 0-based: 40001 is holding register 0)",
    ),
    Text("{}, et ceci est un {} du type {}", "{}, and this is a {} of the type {}"),
    Text("un string ne porte qu'un text", "a string carries a text only"),
    Text("un text est porté par le type string", "a text is carried by the type string"),
    Text(
        "il est dans {} {}-{}, que [device] interdit ; réduisez cette étendue, ou écrivez w",
        "it lies in {} {}-{}, which [device] forbids; shorten that range, or write w",
    ),
    Text(
        "il prend {} registres, et [device] dit qu'une requête en lit {} au plus",
        "it takes {} registers, and [device] says that a request reads {} at most",
    ),
    Text("le numéro d'esclave {} n'est pas un nombre entier de 0 à {}", "unit {} is no whole number from 0 to {}"),
    Text(
        "l'esclave 0 désigne tous les équipements de la ligne à la fois, et son pack ne le permet pas : écrivez le "
        "numéro de l'équipement, 255 s'il est sur TCP, ou broadcast = true dans [device]",
        "unit 0 is all devices of the line at once, and its pack does not allow that: write the device's own unit, "
        "255 for one on TCP, or broadcast = true in [device]",
    ),
    Text(
        "forbidden {} n'est pas une étendue ; écrivez-la « holding 100-120, input 7 »",
        'forbidden {} is no range; write it like "holding 100-120, input 7"',
    ),
    Text(
        "forbidden {} finit avant de commencer ; écrivez l'adresse basse d'abord",
        "forbidden {} ends before it begins; write the lower address first",
    ),
    Text(
        "{} n'est pas l'adresse d'un équipement Modbus : écrivez modbus://machine:502, modbus+tls://machine, "
        "modbus+rtu://machine:port ou modbus+rtu:///dev/ttyUSB0 (de même modbus+ascii)",
        "{} is not an address of a Modbus device: write modbus://host:502, modbus+tls://host, modbus+rtu://host:port "
        "or modbus+rtu:///dev/ttyUSB0 (modbus+ascii likewise)",
    ),
    Text(
        "{} dit plus qu'une machine et un port : écrivez {}://{}:port",
        "{} says more than a host and a port: write {}://{}:port",
    ),
    Text(
        "{} ne dit pas de port, et les serveurs de ports série n'en ont pas d'usuel : écrivez-le après la machine",
        "{} names no port, and serial servers have none of their own: write one after the host",
    ),
    Text("{} ne dit pas de machine : écrivez {}://machine", "{} names no host: write {}://host"),
    Text("{} ne dit pas de machine : écrivez {}://machine:port", "{} names no host: write {}://host:port"),
    Text("parity {} n'existe pas ; {}", "parity {} does not exist; {}"),
    Text("{}={} n'existe pas : une ligne série en a {} ou {}", "{}={} does not exist: a serial line has {} or {}"),
    Text(
        "{}={} est hors de {} à {} ; la plupart des équipements veulent 9600 ou 19200",
        "{}={} is outside {} to {}; most devices take 9600 or 19200",
    ),
)

MQTT = (
    Text(
        "time {} ne dit pas sa forme : écrivez chemin:iso, chemin:ms ou chemin:s",
        "time {} lacks its form: write it path:iso, path:ms or path:s",
    ),
    Text(
        "host_id {} est un niveau d'un sujet : sans /, + ni #",
        "host_id {} is a level of a topic: it may hold no /, + or #",
    ),
    Text(
        "{} n'est pas l'adresse d'un serveur MQTT : écrivez mqtt://machine:1883, ou mqtts://machine:8883 pour TLS",
        "{} is not the address of an MQTT broker: write mqtt://host:1883, or mqtts://host:8883 for TLS",
    ),
    Text(
        "un mot de passe n'est jamais dans le dossier du site : écrivez mqtt://utilisateur@machine:port",
        "a password never stands in the site folder: write mqtt://user@host:port",
    ),
    Text(
        "{} a besoin de l'argument {}, que l'équipement ne donne pas{}",
        "{} needs the argument {}, which the equipment does not give{}",
    ),
    Text(" ; vouliez-vous dire {{{}}} ?", "; did you mean {{}}?"),
    Text(
        "un tag sparkplug a besoin de la colonne path : le nom de sa mesure",
        "a sparkplug tag needs the column path: the name of its metric",
    ),
    Text(
        "un tag sparkplug n'a pas de {} : ses sujets sont faits de group, node et device",
        "a sparkplug tag has no {}: its topics are made of group, node and device",
    ),
    Text(
        "la colonne topic est vide : écrivez le filtre du sujet dont les messages portent le tag",
        "column topic is empty: write the topic filter whose messages carry the tag",
    ),
    Text(
        "un tag {} a besoin de la colonne path : où est la valeur dans le message",
        "a {} tag needs the column path: where in the payload the value is",
    ),
    Text(
        "{} {} : + et # sont seuls dans un niveau, # dans le dernier",
        "{} {}: + and # stand alone in a level, # in the last",
    ),
    Text("{} {} est sans + ni # : {} à un seul sujet", "{} {} may hold no + or #: {} to one topic"),
    Text("une écriture va", "a write goes"),
    Text("une réponse vient", "an answer comes"),
    Text("niveau du sujet", "level of the topic"),
    Text("forme de l'heure", "form of time"),
    Text(
        "un message plain est la valeur elle-même : laissez vides les colonnes path, time et each",
        "a plain payload is the value itself: leave the columns path, time and each empty",
    ),
    Text(
        "each est pour un tableau d'échantillons en JSON, et chaque échantillon a besoin d'une heure : remplissez la "
        "colonne time",
        "each is for an array of samples in JSON, and each sample needs a time: fill the column time",
    ),
    Text(
        "{} ne sert qu'avec un response_topic : où l'équipement répond",
        "{} is of use only with a response_topic: where the device answers",
    ),
    Text(
        "response_topic ne sert qu'avec un write_topic : où une écriture est publiée",
        "response_topic is of use only with a write_topic: where a write is published",
    ),
    Text(
        "response_id dit où revient l'identifiant : mettez {{id}} dans write_payload, pour qu'il soit envoyé",
        "response_id says where the id comes back: put {id} into write_payload, so that it is sent",
    ),
    Text(
        "path {} est illisible : écrivez a.b.0.c, ou a[name=flow].c pour un élément d'un tableau",
        "path {} cannot be read: write it a.b.0.c, or a[name=flow].c for one of an array",
    ),
    Text("path {} : écrivez le bit bas d'abord, comme 0.4-6", "path {}: write the lower bit first, such as 0.4-6"),
    Text(
        "path {} n'est pas un endroit d'un message binaire : écrivez 4:uint16:be, ou 0.3 pour un bit",
        "path {} is no place in a binary payload: write it 4:uint16:be, or 0.3 for a bit",
    ),
    Text(
        "path {} va au-delà de la fin du message : {} octets commencent à -{} ou avant",
        "path {} reaches beyond the end of the payload: {} bytes begin at -{} or before",
    ),
)

OPCUA = (
    Text(
        "écrivez soit un chemin de browse names, soit un node",
        "write either a path of browse names or a node, not both",
    ),
    Text(
        "écrivez soit un chemin de browse names, soit un node, soit une condition, soit la méthode qu'une écriture "
        "appelle",
        "write either a path of browse names or a node, or a condition, or the method a write calls",
    ),
    Text("namespace {} n'est pas une URI ; {}", "namespace {} is not a URI; {}"),
    Text("{} dit quelque chose d'une méthode, et il n'y en a pas", "{} says something of a method, and there is none"),
    Text("field {} n'existe pas ; {}", "field {} does not exist; {}"),
    Text("setting {} n'existe pas ; {}", "setting {} does not exist; {}"),
    Text("{}={} n'existe pas ; {}", "{}={} does not exist; {}"),
    Text(
        "un tag montre une condition ou une variable, pas les deux : ôtez {} ou condition",
        "a tag shows a condition or a variable, not both: leave out {} or condition",
    ),
    Text(
        "{} dit quelque chose d'une condition, et il n'y en a pas : écrivez dans condition où elle est",
        "{} says something of a condition, and there is none: write where it is in condition",
    ),
    Text(
        "écrivez l'élément dans le chemin ou dans sa colonne, pas dans les deux",
        "write the element in the path or in its column, not in both",
    ),
    Text(
        "element {} n'est pas un nombre à partir de 0, comme 3, ou 1,2 dans un tableau",
        "element {} is not a number from 0, such as 3, or 1,2 in a table",
    ),
    Text(
        "member {} n'est pas un nom comme Speed, Motor.Speed ou Phases[2].Current",
        "member {} is not a name such as Speed, Motor.Speed or Phases[2].Current",
    ),
    Text("une bande morte en pour cent est de 100 % au plus", "a deadband in percent is at most 100%"),
    Text("queue {} n'est pas un nombre de 1 à {}", "queue {} is not a number from 1 to {}"),
    Text("history {} n'est ni true ni false", "history {} is neither true nor false"),
    Text(
        "timeout_s est en secondes, 60 au plus : un serveur mort ne doit pas sembler vivant plus longtemps",
        "timeout_s is in seconds and at most 60: a dead server must not look alive for longer",
    ),
    Text(
        "mode dit comment une connexion sécurisée l'est : écrivez security, ou ôtez mode",
        "mode says how a secured connection is secured: write a security, or leave mode out",
    ),
    Text(
        "identity=user a besoin du nom d'un utilisateur : écrivez user=NOM, et pas de mot de passe",
        "identity=user needs the name of a user: write user=NAME, and no password",
    ),
    Text(
        "user={} ne sert pas à une session anonyme : écrivez identity=user",
        "user={} is not used by an anonymous session: write identity=user",
    ),
    Text(
        "user={} a un caractère qu'un nom de fichier ne peut pas avoir",
        "user={} has a character that a name of a file cannot have",
    ),
    Text(
        "{} n'est pas l'adresse d'un serveur OPC UA : écrivez opc.tcp://machine:{}",
        "{} is not an address of an OPC UA server: write opc.tcp://host:{}",
    ),
    Text(
        "une URL ne contient ni utilisateur ni mot de passe : le dossier du site n'est pas un lieu pour des secrets",
        "a URL holds no user and no password: the site folder is no place for secrets",
    ),
    Text("l'équipement n'a pas d'argument {} ; {}", "the equipment has no argument {}; {}"),
    Text(
        "path {} a un browse name vide : pas de barre au début ni à la fin, aucune doublée",
        "path {} has an empty browse name: no slash at its start or end, none doubled",
    ),
    Text("{} dans {} n'est pas un namespace connu ; {}", "{} in {} is no known namespace; {}"),
    Text(
        "écrivez {} et son URI dans la colonne namespace : un index change à un redémarrage",
        "write {} and its URI in the column namespace: an index moves at a restart",
    ),
    Text("node {} n'est pas un NodeId comme s=Plan ou i=2258", "node {} is not a NodeId such as s=Plan or i=2258"),
    Text("{} {} doit être au-dessus de zéro et au plus {}", "{} {} must be greater than zero and at most {}"),
)

ROWS = (*COMMON, *MODBUS, *MQTT, *OPCUA)
