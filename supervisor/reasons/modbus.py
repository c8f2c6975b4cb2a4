"""The sentences of drivers/modbus."""

from __future__ import annotations

from supervisor.model import Text

ROWS = (
    Text("{} n'a pas de numéro d'esclave : {}", "{} has no unit: {}"),
    Text(
        "inscrivez un nombre de 0 à 255 dans la liste des équipements",
        "write a number from 0 to 255 in the equipment list",
    ),
    Text("{} n'a pas été écrit : {}", "{} was not written: {}"),
    Text(
        "l'esclave 0 désigne tous les équipements de la ligne à la fois. Donnez à l'équipement son propre numéro (255 "
        "s'il est lui-même sur TCP), ou inscrivez broadcast = true sous [device] dans son pack",
        "unit 0 is every device of the line at once. Give the equipment its own unit (255 for a device on TCP itself), "
        "or write broadcast = true under [device] in its pack",
    ),
    Text("« {} » prend 0 ou 1", "a {} takes 0 or 1"),
    Text("l'équipement n'est pas connecté", "the device is not connected"),
    Text("{} ne peut pas recevoir {} : {}", "{} cannot take {}: {}"),
    Text(
        "{} : l'équipement accepte la connexion mais ne répond pas",
        "{}: the device accepts connections but does not answer",
    ),
    Text("l'équipement accepte la connexion mais ne répond pas", "the device accepts connections but does not answer"),
    Text("l'équipement refuse ({})", "the device refused: {}"),
    Text(
        "l'équipement était occupé par d'autres requêtes, rien n'a été envoyé",
        "the device was busy with other requests; nothing was sent",
    ),
    Text(
        "la connexion vient d'être perdue, rien n'a été envoyé", "the connection has just been lost; nothing was sent"
    ),
    Text("l'écriture est restée sans réponse ({})", "no answer to the write ({})"),
    Text(
        "le registre qui porte ce bit n'a pas pu être lu ({}), rien n'a été écrit",
        "the register of the bit could not be read ({}); nothing was written",
    ),
    Text(
        "la ligne était encore occupée par une requête précédente, rien n'a été envoyé",
        "the line was still busy with an earlier request; nothing was sent",
    ),
    # ------------------------------------------------------------ connections
    Text("{} n'accepte pas la connexion ({})", "{} does not accept a connection ({})"),
    Text("connexion fermée par l'équipement", "connection closed by the device"),
    Text(
        "le port série {} ne s'ouvre pas : débranchez puis rebranchez son adaptateur",
        "serial port {} does not open: unplug its adapter, plug it in",
    ),
    Text("le port série {} ne peut pas être ouvert ({})", "serial port {} cannot be opened ({})"),
    Text("port série {}", "serial port {}"),
    Text(
        "{} n'accepte pas ce qui est envoyé : vérifiez son contrôle de flux et son câble",
        "{} does not take what is sent: check its flow control and its cable",
    ),
    Text("{} n'accepte pas ce qui est envoyé ({})", "{} does not take what is sent ({})"),
    Text("{} a disparu ({})", "{} is gone ({})"),
    Text(
        "{} est refusé : il présente un autre certificat que {}", "{} is refused: it shows another certificate than {}"
    ),
    Text("{} est refusé : {}", "{} is refused: {}"),
    # ------------------------------------------------------------ TLS
    Text(
        "il demande un certificat de notre part : placez-le dans {}, et sa clé à côté",
        "it asks for a certificate of ours: put it into {}, and its key beside it",
    ),
    Text(
        "il n'accepte pas notre certificat ({}) : faites signer {} par son autorité",
        "it does not accept our certificate ({}): have {} signed by its authority",
    ),
    Text(
        "il ne parle pas TLS à cette adresse : vérifiez le port, ou écrivez modbus:// pour un équipement sans TLS",
        "it does not speak TLS there: check the port, or write modbus:// for a device without TLS",
    ),
    Text(
        "son certificat a expiré : renouvelez-le sur l'équipement et vérifiez l'heure de ce poste",
        "its certificate has expired: renew it on the device, and check the clock of this machine",
    ),
    Text(
        "son certificat n'est pas encore valable : vérifiez l'heure de l'équipement et celle de ce poste",
        "its certificate is not valid yet: check the clocks of the device and of this machine",
    ),
    Text("son certificat a été révoqué", "its certificate has been revoked"),
    Text(
        "son certificat est établi à un autre nom ({}) : écrivez ce nom dans l'URL, ou placez le certificat lui-même "
        "dans {}",
        "its certificate is made out to another name ({}): write that name in the URL, or put the certificate itself "
        "into {}",
    ),
    Text(
        "personne que nous connaissions ne répond de son certificat : placez son autorité dans {}, ou le certificat "
        "lui-même dans {}",
        "nobody we know vouches for its certificate: put its authority into {}, or the certificate itself into {}",
    ),
    Text("son certificat est refusé ({})", "its certificate is refused: {}"),
    Text(
        "{} n'est pas utilisable ({}) : il faut du PEM, et à côté une clé sans mot de passe",
        "{} cannot be used ({}): it must hold PEM, and a key beside it no password",
    ),
    # ------------------------------------------------------------ answers
    Text("exception {}, {}", "exception {}, {}"),
    Text("fonction inconnue de l'équipement", "illegal function"),
    Text("adresse inconnue de l'équipement", "illegal address"),
    Text("valeur refusée", "illegal value"),
    Text("défaut interne de l'équipement", "device failure"),
    Text("ordre reçu, en cours", "acknowledge"),
    Text("équipement occupé", "device busy"),
    Text("erreur de parité mémoire", "memory parity error"),
    Text("passerelle sans chemin vers l'équipement", "gateway path unavailable"),
    Text("l'équipement derrière la passerelle ne répond pas", "gateway target does not answer"),
    Text("inconnue", "unknown"),
    Text("ses réponses ne respectent pas le protocole", "its answers break the protocol"),
    Text(
        "ses réponses sont décalées : {} a répondu sans qu'on l'interroge",
        "its answers are out of step: {} answered though nobody had asked",
    ),
    Text("{} a répondu à {}/{}", "{} answered {}/{}"),
    Text("esclave {} fonction {}", "unit {} function {}"),
    Text(
        "les {} octets de la réponse à la fonction {} ne vont pas avec sa requête",
        "the {} bytes of the answer to function {} do not fit its request",
    ),
    Text("fonction {} jamais demandée", "function {} was never asked for"),
    Text("somme de contrôle fausse", "wrong checksum"),
    Text("identification plus longue qu'une trame", "a device identification longer than a frame"),
    Text("{} octets de données ne tiennent pas dans une trame", "{} bytes of data are more than a frame holds"),
    Text("fin de ligne absente", "no end of the line"),
    Text("ce n'est pas de l'hexadécimal", "not hexadecimal"),
    Text("plus court que toute réponse", "shorter than any answer"),
    # ------------------------------------------------------------ values that cannot be written
    Text("une table « {} » ne peut qu'être lue", "a {} can only be read"),
    Text("une table « {} » ne peut qu'être lue", "an {} can only be read"),
    Text("une sortie binaire prend 0 ou 1", "a coil takes 0 or 1"),
    Text("un bit prend 0 ou 1", "a bit takes 0 or 1"),
    Text("un texte ne peut qu'être lu", "a string can only be read"),
    Text("{} n'est pas un nombre qui tienne dans un {}", "{} is not a number that a {} can hold"),
    Text("{} n'est pas un nombre entier, qu'exige un {}", "{} is not a whole number, as a {} needs"),
    Text("{} est hors de {} à {}, l'étendue d'un {}", "{} is outside {} to {}, the range of a {}"),
    Text("{} dépasse ce que contient un {}", "{} is beyond what a {} can hold"),
)
