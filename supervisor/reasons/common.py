"""What every link can say, what operating systems and TLS say, and what becomes of passwords and keys."""

from __future__ import annotations

from supervisor.model import Text

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
    # ------------------------------------------------------------ passwords of links
    Text("le trousseau de ce poste ne peut pas {} ({})", "the keyring of this machine does not {}: {}"),
    Text("donner le mot de passe de {}", "give the password of {}"),
    Text("prendre le mot de passe de {}", "take the password of {}"),
    Text("oublier le mot de passe de {}", "forget the password of {}"),
    Text(
        "{} ne contient pas de mots de passe : supprimez-le, puis redonnez-les",
        "{} holds no passwords: remove it, and give them again",
    ),
    Text("{} ne peut pas être lu ({})", "{} cannot be read: {}"),
)
