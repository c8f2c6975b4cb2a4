"""The sentences of drivers/mqtt. What a broker answers in the words of its standard stays in brackets."""

from __future__ import annotations

from supervisor.model import Text

ROWS = (
    Text("le serveur MQTT {} n'est pas connecté", "broker {} is not connected"),
    Text("le serveur MQTT n'est pas connecté", "the broker is not connected"),
    Text("{} ne peut pas être écrit : {}", "{} cannot be written: {}"),
    Text(
        "l'ordre a été publié, mais l'équipement n'a pas répondu à temps sur {}",
        "it was published, but the device did not answer on {} in time",
    ),
    Text("l'équipement refuse ({})", "the device refuses: {}"),
    Text("non, sans explication", "no, without a word"),
    Text("rien ne peut être publié ({})", "cannot be published: {}"),
    Text("l'abonnement échoue ({})", "cannot subscribe: {}"),
    Text("le serveur MQTT n'a pas confirmé en {} s", "the broker did not confirm within {} s"),
    Text("le serveur MQTT refuse ce qui est publié sur {} ({})", "the broker refuses what is published on {}: {}"),
    Text("ce poste n'en a pas le droit", "this station is not authorised to"),
    Text("code {}", "reason {}"),
    Text("aucun équipement n'écoute sur {}", "no device listens on {}"),
    Text(
        "la liaison a été perdue avant la confirmation du serveur MQTT ({})",
        "the link was lost before the broker confirmed ({})",
    ),
    Text(
        "la liaison a été perdue avant la réponse de l'équipement ({})",
        "the link was lost before the device answered ({})",
    ),
    Text("une autre écriture attend encore sa réponse sur {}", "another write still waits for its answer on {}"),
    Text(
        "aucun message n'est venu en {} s : l'équipement parle de lui-même",
        "no message came within {} s: the device speaks by itself",
    ),
    Text("son pack ne donne pas de write_topic", "its pack gives no write_topic"),
    Text("pas d'adresse MQTT", "no MQTT address"),
    # ------------------------------------------------------------ connections
    Text("pas de connexion à {} ({})", "no connection to {}: {}"),
    Text("ce nom n'a pas d'adresse", "the name has no address"),
    Text("le serveur MQTT n'a pas répondu depuis {} s", "the broker has not answered for {} s"),
    Text(
        "le serveur MQTT accepte la connexion mais ne répond pas",
        "the broker accepts the connection but does not answer",
    ),
    Text("le serveur MQTT refuse la connexion ({})", "the broker refuses the connection: {}"),
    Text("la connexion au serveur MQTT s'est interrompue ({})", "the connection to the broker ended: {}"),
    Text("le serveur MQTT a fermé la connexion ({})", "the broker closed the connection: {}"),
    Text(
        "le serveur MQTT a fermé la connexion au milieu de la négociation TLS",
        "the broker closed the connection in the middle of the TLS handshake",
    ),
    Text("le serveur MQTT ne lit pas ce qui lui est envoyé", "the broker does not read"),
    Text(
        "le serveur MQTT refuse l'utilisateur {} ou son mot de passe : redonnez-le avec « vigie secret »",
        "the broker refuses the user {} or his password: give it anew with `vigie secret`",
    ),
    Text(
        "le serveur MQTT demande un utilisateur : écrivez mqtt://utilisateur@machine dans l'URL et donnez son mot de "
        "passe avec « vigie secret »",
        "the broker wants a user: write mqtt://user@host into the URL and give his password with `vigie secret`",
    ),
    Text(
        "il envoie un paquet de {} octets : flux abîmé, ou plus que ce poste n'accepte",
        "it sends a packet of {} bytes: a damaged stream, or more than this station takes",
    ),
    Text("il envoie autre chose que du MQTT ({})", "it sends what is no packet of MQTT ({})"),
    # the words of the standard, MQTT 5.0, 2.4, and of the library, that are met most
    Text("fin normale", "Normal disconnection"),
    Text("fin inattendue", "Unspecified error"),
    Text("accès non autorisé", "Not authorized"),
    Text("serveur indisponible", "Server unavailable"),
    Text("serveur occupé", "Server busy"),
    Text("serveur en cours d'arrêt", "Server shutting down"),
    Text("silence trop long", "Keep alive timeout"),
    Text("un autre poste a pris la même identité", "Session taken over"),
    Text("nom de sujet refusé", "Topic name invalid"),
    Text("quota dépassé", "Quota exceeded"),
    Text("paquet trop grand", "Packet too large"),
    Text("connexion perdue", "The connection was lost."),
    Text("aucune connexion en cours", "The client is not currently connected."),
    Text("file d'attente pleine", "Message queue full."),
    # ------------------------------------------------------------ TLS
    Text(
        "{} accepte la connexion mais ne répond pas à la négociation TLS",
        "{} accepts the connection but does not answer the TLS handshake",
    ),
    Text("{} ne parle pas TLS avec nous ({})", "{} does not speak TLS to us: {}"),
    Text("{} ne peut pas être le nom d'un serveur ({})", "{} cannot be the name of a server: {}"),
    Text("le certificat de {} n'est pas encore valable : {}", "the certificate of {} is not valid yet: {}"),
    Text("le certificat de {} a expiré : {}", "the certificate of {} has expired: {}"),
    Text(
        "vérifiez l'heure de ce poste, puis renouvelez le certificat sur le serveur MQTT",
        "look at the clock of this machine, then renew the certificate on the broker",
    ),
    Text("le certificat de {} a été révoqué", "the certificate of {} was revoked"),
    Text(
        "le certificat de {} ne porte pas le nom {} : écrivez un nom qu'il porte dans l'URL ou dans server_name",
        "the certificate of {} does not carry the name {}: write a name it carries into the URL or server_name",
    ),
    Text(
        "le certificat de {} ne porte pas l'adresse {} : écrivez un nom qu'il porte dans l'URL ou dans server_name",
        "the certificate of {} does not carry the address {}: write a name it carries into the URL or server_name",
    ),
    Text(
        "le certificat de {} vient de quelqu'un que ce poste ne connaît pas : placez le certificat de l'autorité dans "
        "ca.pem",
        "the certificate of {} comes from nobody this station knows: put the authority's certificate into ca.pem",
    ),
    Text("le certificat de {} est refusé ({})", "the certificate of {}: {}"),
    Text(
        "{} demande un certificat de notre part : placez cert.pem et key.pem dans le dossier de cette liaison",
        "{} wants a certificate of ours: put cert.pem and key.pem into the folder of this link",
    ),
    Text(
        "{} refuse la négociation TLS : il veut peut-être un certificat de notre part (cert.pem et key.pem), ou n'a "
        "aucun chiffrement en commun avec nous",
        "{} refuses the TLS handshake: it may want a certificate of ours (cert.pem and key.pem), or share no cipher "
        "with us",
    ),
    Text(
        "{} ne connaît pas le signataire de notre certificat, cert.pem",
        "{} does not know who signed our certificate, cert.pem",
    ),
    Text(
        "{} indique que notre certificat, cert.pem, a expiré : renouvelez-le",
        "{} says that our certificate, cert.pem, has expired: renew it",
    ),
    Text(
        "{} refuse notre certificat, cert.pem : ce n'est pas un certificat de client",
        "{} refuses our certificate, cert.pem: it is not one for clients",
    ),
    Text("{} refuse notre certificat, cert.pem", "{} refuses our certificate, cert.pem"),
    Text(
        "{} indique que notre certificat, cert.pem, a été révoqué",
        "{} says that our certificate, cert.pem, was revoked",
    ),
    Text(
        "{} accepte notre certificat, cert.pem, mais ne nous ouvre aucun accès",
        "{} accepts our certificate, cert.pem, and lets us in nowhere",
    ),
    Text("{} ne parle qu'une version de TLS antérieure à la 1.2", "{} speaks only a version of TLS older than 1.2"),
    Text(
        "{} ne parle pas TLS : écrivez mqtt:// pour une connexion en clair, ou son port TLS, souvent 8883",
        "{} does not speak TLS: write mqtt:// for a connection in the clear, or its TLS port, often 8883",
    ),
    Text("{} : échec de TLS ({})", "{}: TLS failed: {}"),
    Text("{} ne contient aucun certificat PEM lisible ({})", "{} holds no certificate in PEM that can be read: {}"),
    Text(
        "{} manque : notre certificat ne sert qu'avec sa clé",
        "{} is missing: a certificate of ours is of use only with its key",
    ),
    Text(
        "{} est verrouillée par une phrase secrète : placez là une clé qui n'en a pas",
        "{} is locked by a passphrase: put a key without one there",
    ),
    Text("{} et {} ne vont pas ensemble", "{} and {} do not belong together"),
    Text("{} et {} ne peuvent pas être lus ({})", "{} and {} cannot be read: {}"),
    # ------------------------------------------------------------ values that cannot be written, Sparkplug
    Text("{} est hors ligne", "{} is offline"),
    Text(
        "{} est un élément d'un tableau, qui ne peut pas être écrit seul",
        "{} is one element of an array, which cannot be written by itself",
    ),
    Text("{} n'a pas annoncé la mesure {}", "{} did not announce the metric {}"),
    Text("{} ne tient pas dans son type de donnée", "{} does not fit its datatype"),
    Text("le type de donnée {} ne peut pas être écrit", "datatype {} cannot be written"),
    Text("{} est un texte, et le type de donnée {} un nombre", "{} is a text and datatype {} a number"),
    Text("{} n'est pas un nombre entier de {} à {}", "{} is not a whole number from {} to {}"),
    Text("{} n'est pas un nombre", "{} is no number"),
    Text("{} est trop grand pour un Float", "{} is too large for a Float"),
    # ------------------------------------------------------------ what came makes no sense
    Text("pas de valeur du type de donnée {}", "no value of datatype {}"),
    Text("pas de tableau du type de donnée {}", "no array of datatype {}"),
    Text("{} octets ne font pas un tableau d'éléments de {} octets", "{} bytes are no array of {} byte elements"),
    Text("{} octets ne contiennent pas {} booléens", "{} bytes do not hold {} booleans"),
    Text("le dernier texte du tableau n'a pas de fin", "the last text of the array does not end"),
    Text("un objet ou un tableau n'est pas un texte", "an object or an array is no text"),
    Text("un objet ou un tableau n'est pas un nombre", "an object or an array is no number"),
    Text("ni objet ni tableau", "neither an object nor an array"),
    Text("aucun événement dedans", "no event inside"),
    Text("pas d'enveloppe", "no envelope"),
    Text("pas un nombre", "no number"),
    Text("hors des années qu'un équipement peut indiquer", "outside the years that a device may state"),
    Text("le message est trop court", "the payload is too short"),
    Text(
        "le message compressé est coupé, ou dépasse {} octets",
        "the packed payload is cut short, or larger than {} bytes",
    ),
)
