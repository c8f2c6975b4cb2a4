"""What every link can say, what operating systems and TLS say, and what becomes of passwords and keys."""

from __future__ import annotations

from supervisor.model import Text

_FILES = (
    ("le disque est plein", "the disk is full"),
    ("le disque est plein", "No space left on device"),
    ("le fichier ou son dossier est en lecture seule", "the file or its folder is read only"),
    (
        "le fichier ne peut pas être ouvert, ou son dossier ne peut pas être écrit",
        "the file can't be opened or its folder can't be written",
    ),
    ("le fichier est endommagé", "the file is damaged"),
    (
        "ce n'est pas une base de données, ou son début est endommagé",
        "this is no database, or its beginning is damaged",
    ),
    ("le disque n'arrive plus à lire ou à écrire", "the disk failed to read or write"),
    ("l'accès est refusé", "access is refused"),
    ("un autre programme occupe le fichier", "another program holds the file"),
    ("la mémoire est épuisée", "memory is exhausted"),
    ("une ligne est trop grande", "a row is too big"),
    (
        "les verrous de fichiers ne fonctionnent pas ici, comme sur un partage réseau",
        "the file's locks don't work here, as on a network share",
    ),
    ("le disque ne peut pas contenir un fichier aussi grand", "the disk can't hold a file this big"),
    ("le fichier est fermé", "the file is closed"),
    ("un autre Vigie écrit ici", "another Vigie is writing here"),
)
"""What `supervisor.database` says of a file."""

ROWS = (
    # ------------------------------------------------------------ Link, desk
    Text("la liaison {} n'est pas connectée ({})", "link {} is not connected ({})"),
    Text("la liaison {} n'est pas connectée", "link {} is not connected"),
    Text("la liaison {} n'est pas en service", "link {} is not running"),
    Text("connexion en cours", "connecting"),
    Text("fermée", "closed"),
    Text("le pilote de la liaison s'est arrêté", "the driver ended"),
    Text("erreur interne ({})", "internal error: {}"),
    Text(
        "le protocole de la liaison {} ne transmet pas les acquittements",
        "the protocol of link {} carries no acknowledgement",
    ),
    Text(
        "le pilote de la liaison {} ne montre pas la valeur telle qu'elle circule sur le réseau",
        "the driver of link {} shows no value as it is on the wire",
    ),
    Text("aucune réponse en {} s", "no answer within {} s"),
    Text("aucune réponse claire n'est venue ({})", "no clear answer came: {}"),
    Text("aucune réponse claire ({})", "no clear answer: {}"),
    Text(
        "la connexion vient d'être perdue, rien n'a été envoyé", "the connection has just been lost, nothing was sent"
    ),
    Text("pas de réponse", "no answer"),
    Text("délai dépassé", "timeout"),
    Text("non connecté", "not connected"),
    # ------------------------------------------------------------ operating system (errno), name service
    Text("{1} (erreur {0})", "[Errno {}] {}"),
    Text("{1} (erreur {0})", "[Errno -{}] {}"),
    Text("connexion refusée", "Connection refused"),
    Text("connexion refusée par {}", "Connect call failed {}"),
    Text("connexions refusées : {}", "Multiple exceptions: {}"),
    Text("connexion coupée par l'autre bout", "Connection reset by peer"),
    Text("connexion interrompue", "Software caused connection abort"),
    Text("connexion perdue", "Connection lost"),
    Text("liaison rompue", "Broken pipe"),
    Text("délai de connexion dépassé", "Connection timed out"),
    Text("délai dépassé", "timed out"),
    Text("machine injoignable", "No route to host"),
    Text("machine arrêtée ou débranchée", "Host is down"),
    Text("réseau injoignable", "Network is unreachable"),
    Text("réseau arrêté", "Network is down"),
    Text("adresse indisponible sur ce poste", "Cannot assign requested address"),
    Text("nom de machine inconnu", "Name or service not known"),
    Text("nom de machine inconnu", "nodename nor servname provided, or not known"),
    Text("nom de machine inconnu", "getaddrinfo failed"),
    Text("le service de noms ne répond pas", "Temporary failure in name resolution"),
    Text("ce nom n'a pas d'adresse", "No address associated with hostname"),
    Text("accès refusé par le système", "Permission denied"),
    Text("fichier ou périphérique absent", "No such file or directory"),
    Text("périphérique absent", "No such device or address"),
    Text("périphérique absent", "No such device"),
    Text("périphérique déjà utilisé", "Device or resource busy"),
    Text("erreur d'entrée-sortie", "Input/output error"),
    Text("trop de fichiers ouverts", "Too many open files"),
    Text("plus de mémoire", "Cannot allocate memory"),
    # ------------------------------------------------------------ the station, seen from a window
    Text("Le poste Vigie ne répond pas.", "The station does not answer."),
    Text("Le poste Vigie ne répond pas ({}).", "The station does not answer: {}."),
    Text("La connexion au poste Vigie est perdue ({}).", "The connection to the station is lost: {}."),
    Text("Le poste Vigie a disparu pendant la demande ({}).", "The station has gone while it was asked ({})."),
    Text("La réponse du poste Vigie est vide.", "The station's answer says nothing."),
    Text(
        "Aucun poste Vigie ne tourne ici ({} : {}). Lancez-en un avec « vigie station ».",
        "No station runs here ({}: {}). Start one with `vigie station`.",
    ),
    *(Text(f"{{}} : {fr} ({{}}).", f"{{}}: {en} ({{}}).") for fr, en in _FILES),
    *(Text(f"{{}} : {fr}.", f"{{}}: {en}.") for fr, en in _FILES),
    Text("{} ne peut pas être écrit ({}).", "{} cannot be written: {}."),
    # ------------------------------------------------------------ certificates, supervisor.trust
    Text(
        "aucun certificat n'a l'empreinte {} : donnez au moins {} chiffres de l'une de celles-ci : {}",
        "no certificate has the fingerprint {}: give at least {} digits of one of {}",
    ),
    Text(
        "celles qu'une liaison a présentées ; il n'y en a pas encore",
        "those that a link has been shown; there is none yet",
    ),
    # ------------------------------------------------------------ passwords of links
    Text("le trousseau de ce poste ne peut pas {} ({})", "the keyring of this machine does not {}: {}"),
    Text("le trousseau de ce poste", "the keyring of this machine"),
    Text("donner le mot de passe de {}", "give the password of {}"),
    Text("prendre le mot de passe de {}", "take the password of {}"),
    Text("oublier le mot de passe de {}", "forget the password of {}"),
    Text(
        "{} ne contient pas de mots de passe : supprimez-le, puis redonnez-les",
        "{} holds no passwords: remove it, and give them again",
    ),
    Text("{} ne peut pas être lu ({})", "{} cannot be read: {}"),
)
