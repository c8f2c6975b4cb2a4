"""The sentences of drivers/opcua. A StatusCode keeps the name its standard gives it, which is what a maintainer of the
server looks for; the ones met most are said in words too."""

from __future__ import annotations

from supervisor.model import Text

_TRUST = (
    " : faites-lui accepter notre certificat {} (SHA-256 {}), et vérifiez l'heure des deux machines",
    ": have it trust our certificate {} (SHA-256 {}), and check both clocks",
)
_USER = (
    " : vérifiez l'utilisateur {} sur le serveur, et son mot de passe avec « vigie secret SITE {} »",
    ": check the user {} at the server, and its password with `vigie secret SITE {}`",
)
_IDENTITY = (" : il refuse identity={}", ": it refuses identity={}")


def _with(text: Text, *more: tuple[str, str]) -> tuple[Text, ...]:
    """A sentence by itself, and with each of these behind it."""
    return (text, *(Text(f"{text.fr}{fr}", f"{text.en}{en}") for fr, en in more))


ROWS = (
    *_with(Text("le serveur répond {}", "the server answers {}"), _TRUST, _USER, _IDENTITY),
    *_with(Text("le serveur refuse le canal", "the server refuses the channel"), _TRUST),
    Text(_TRUST[0].removeprefix(" : "), _TRUST[1]),
    Text(_USER[0].removeprefix(" : "), _USER[1]),
    Text(_IDENTITY[0].removeprefix(" : "), _IDENTITY[1]),
    Text("le serveur refuse le canal{}", "the server refuses the channel{}"),
    Text("le serveur dit {}", "the server says {}"),
    Text("le serveur refuse ({})", "the server refuses: {}"),
    Text("la réponse du serveur n'a pas de sens ({})", "the server's answer makes no sense: {}"),
    Text("la connexion s'est rompue avant la réponse ({})", "the connection broke before the answer came: {}"),
    Text(
        "le serveur ne détient pas la clé de son certificat : ce qui répond n'est pas ce qu'il prétend être",
        "the server does not hold the key of its certificate: what answers is not what it claims to be",
    ),
    Text("le serveur ne nous laisse pas nous abonner ({})", "the server does not let us subscribe: {}"),
    Text("le serveur ne nous laisse pas écouter ({})", "the server does not let us listen: {}"),
    Text("le serveur met fin à nos abonnements, encore et encore", "the server ends our subscriptions again and again"),
    # ------------------------------------------------------------ writing
    Text("le serveur n'a pas de nœud pour {} ({})", "the server has no node for {}: {}"),
    Text("le serveur n'a pas de méthode pour {} ({})", "the server has no method for {}: {}"),
    Text("le serveur ne dit pas quel type prend {}", "the server does not say what type {} takes"),
    Text("le serveur ne dit pas quel type prend la méthode", "the server does not say what type the method takes"),
    Text(
        "{} est un membre d'une structure, qui ne peut pas être écrit seul",
        "{} is a member of a structure, which cannot be written alone",
    ),
    Text("un nombre ne peut pas être écrit dans un {}", "a number cannot be written to a {}"),
    Text("{} ne tient pas dans un {}", "{} does not fit a {}"),
    Text(
        "la méthode prend {} argument(s) et le pack en donne {}",
        "the method takes {} argument(s) and the pack gives {}",
    ),
    Text("la méthode répond {}, et non {}", "the method answers {} and not {}"),
    Text("l'argument {} n'est pas un {}", "argument {} is not a {}"),
    Text("{} n'a pas d'adresse OPC UA", "{} has no OPC UA address"),
    # ------------------------------------------------------------ alarms
    Text("{} n'est pas une alarme du serveur", "{} is no alarm of the server"),
    Text("le serveur n'a pas de condition pour {} ({})", "the server has no condition for {}: {}"),
    Text("le serveur n'a pas encore dit dans quel état est {}", "the server has not said yet how {} is"),
    Text(
        "le serveur ne dit pas de laquelle de ses conditions il s'agit, rien n'a été envoyé",
        "the server does not say which of its conditions this is, so nothing was sent",
    ),
    Text(
        "le serveur ne connaît plus l'état de {} qui a été acquitté ({})",
        "the server no longer knows the state of {} that was acknowledged: {}",
    ),
    # ------------------------------------------------------------ security
    Text(
        "le serveur ne propose pas {} ; il propose {} : changez l'un des deux",
        "the server does not offer {}; it offers {}: change one of the two",
    ),
    Text("rien", "nothing"),
    Text(
        "le serveur n'accepte pas identity={} ici ; il accepte {}", "the server takes no identity={} here; it takes {}"
    ),
    Text("personne", "nobody"),
    Text(
        "{} : cet accès n'a pas de règle pour cela ; écrivez security=basic256sha256 (mode=sign_and_encrypt), ou "
        "faites chiffrer par le serveur les identités qu'il reçoit",
        "{}: this endpoint has no policy for it; write security=basic256sha256 (mode=sign_and_encrypt), or have the "
        "server encrypt user tokens",
    ),
    Text("le mot de passe circulerait en clair", "the password would travel in clear"),
    Text("rien n'est signé", "nothing is signed"),
    Text(
        "aucun mot de passe n'est connu pour l'utilisateur {} : donnez-le avec « vigie secret SITE {} »",
        "no password is known for user {}: give it with `vigie secret SITE {}`",
    ),
    Text(
        "le mot de passe dépasse les {} octets que contient un bloc pour ce serveur",
        "the password has more than the {} bytes that one block to this server holds",
    ),
    Text(
        "le serveur présente un certificat qui n'en est pas un ({})", "the server shows a certificate that is none: {}"
    ),
    Text("le serveur présente trop de certificats", "the server shows too many certificates"),
    Text("le serveur ne présente aucun certificat", "the server shows no certificate"),
    Text("le serveur présente {}", "the server shows {}"),
    Text("trop de certificats", "too many certificates"),
    Text("aucun certificat", "no certificate"),
    Text(
        "le serveur présente un autre certificat que celui accepté pour cette liaison : {} au lieu de {}…",
        "the server shows another certificate than the one trusted for this link: {} instead of {}…",
    ),
    Text("{} ; {} « vigie trust SITE {} »", "{}; {} `vigie trust SITE {}`"),
    Text(
        "s'il a été renouvelé volontairement, comparez l'empreinte sur le serveur, puis lancez",
        "if it was renewed on purpose, compare the fingerprint at the server and run",
    ),
    Text(
        "comparez l'empreinte sur le serveur, puis lancez « vigie trust SITE {} »",
        "compare the fingerprint at the server and run `vigie trust SITE {}`",
    ),
    Text(
        "le certificat du serveur n'est pas encore accepté : {} ; {}",
        "the server's certificate is not trusted yet: {}; {}",
    ),
    Text(
        "le certificat du serveur n'est valable qu'à partir du {} UTC",
        "the server's certificate is valid only from {} UTC",
    ),
    Text("{} : vérifiez l'heure des deux machines", "{}: check the clocks of both machines"),
    Text(
        "le certificat du serveur est établi à {}, et non à {}", "the server's certificate is made out to {}, not to {}"
    ),
    Text(
        "le certificat du serveur est établi à {}, et non à {} : {}",
        "the server's certificate is made out to {}, not to {}: {}",
    ),
    Text(
        "écrivez l'URL ainsi, ou inscrivez le nom qu'il porte dans host_name des réglages de la liaison (* accepte "
        "tout nom)",
        "write the URL so, or the name it has into host_name of the link's settings (* takes any)",
    ),
    Text("le serveur se nomme {}, son certificat {}", "the server calls itself {}, its certificate {}"),
    Text("{} : l'un des deux est faux sur le serveur", "{}: one of the two is wrong at the server"),
    Text("{} (empreinte SHA-256 {})", "{} (SHA-256 {})"),
    Text(
        "le certificat du serveur a expiré le {} UTC : renouvelez-le sur le serveur",
        "the server's certificate expired on {} UTC: renew it there",
    ),
    Text("aucune machine", "no machine"),
    Text(
        "le certificat du serveur a {} : il faut de {} à {} bits",
        "the server's certificate has {}: it takes one of {} to {} bits",
    ),
    Text("une clé RSA de {} bits", "an RSA key of {} bits"),
    Text("une clé qui n'est pas RSA", "no RSA key"),
    Text(
        "le certificat du serveur n'est pas fait pour signer et chiffrer : refaites-le sur le serveur",
        "the server's certificate is not made for signing and encrypting: make it anew there",
    ),
    Text(
        "le certificat du serveur n'est pas celui d'un serveur : refaites-le sur le serveur",
        "the server's certificate is not one for servers: make it anew there",
    ),
    Text(
        "le certificat de l'autorité {} n'est pas valable aujourd'hui",
        "the certificate of the authority {} is not valid today",
    ),
    Text(
        "la liste des certificats révoqués de {} est trop ancienne : donnez-en une nouvelle avec « vigie trust »",
        "the list of revoked certificates of {} is too old: `vigie trust` a new one",
    ),
    Text("le certificat {} a été révoqué par {}", "the certificate {} was revoked by {}"),
    Text(
        "{} ne va pas avec {} : supprimez les deux, puis faites accepter le nouveau par les serveurs",
        "{} does not belong to {}: remove both, and have servers trust the new one",
    ),
    Text(
        "le certificat de l'utilisateur {0} manque : placez {1}.der et {2}.key dans {3}",
        "the certificate of user {} is missing: put {}.der and {}.key into {}",
    ),
    Text("{} n'est pas la clé de {}", "{} is not the key of {}"),
    Text(
        "la clé {} n'est pas une clé RSA, que demande OPC UA",
        "the key {} is not an RSA key, which is what OPC UA takes",
    ),
    Text("la clé {} ne peut pas être lue ({})", "the key {} cannot be read: {}"),
    Text("le certificat {} ne peut pas être lu ({})", "the certificate {} cannot be read: {}"),
    # ------------------------------------------------------------ structures
    Text("structures trop imbriquées", "structures too deep"),
    Text("un tableau plus long que la structure qui le contient", "an array longer than the structure it is in"),
    Text("le serveur ne dit pas ce qu'est {}", "the server does not say what {} is"),
    Text("pas un tableau", "no array"),
    # ------------------------------------------------------------ StatusCodes, OPC UA Part 4, 7.39
    Text("BadNodeIdUnknown, nœud inconnu ({})", "BadNodeIdUnknown ({})"),
    Text("BadNotWritable, écriture impossible ({})", "BadNotWritable ({})"),
    Text("BadUserAccessDenied, accès refusé à cet utilisateur ({})", "BadUserAccessDenied ({})"),
    Text("BadTypeMismatch, type de donnée inattendu ({})", "BadTypeMismatch ({})"),
    Text("BadOutOfRange, valeur hors limites ({})", "BadOutOfRange ({})"),
    Text("BadTimeout, délai dépassé ({})", "BadTimeout ({})"),
    Text("BadCommunicationError, liaison du serveur vers l'automate coupée ({})", "BadCommunicationError ({})"),
    Text("BadNotConnected, automate non relié au serveur ({})", "BadNotConnected ({})"),
    Text("BadDeviceFailure, défaut de l'automate ({})", "BadDeviceFailure ({})"),
    Text("BadMethodInvalid, méthode inconnue ({})", "BadMethodInvalid ({})"),
    Text("BadInvalidArgument, argument refusé ({})", "BadInvalidArgument ({})"),
    Text("BadIdentityTokenRejected, identité refusée ({})", "BadIdentityTokenRejected ({})"),
    Text("BadSecurityChecksFailed, contrôles de sécurité négatifs ({})", "BadSecurityChecksFailed ({})"),
    Text("BadCertificateUntrusted, certificat non accepté ({})", "BadCertificateUntrusted ({})"),
    Text("BadTooManySessions, trop de sessions ouvertes ({})", "BadTooManySessions ({})"),
    Text("BadServerHalted, serveur arrêté ({})", "BadServerHalted ({})"),
    Text("BadShutdown, serveur en cours d'arrêt ({})", "BadShutdown ({})"),
    Text("BadConnectionClosed, connexion fermée ({})", "BadConnectionClosed ({})"),
    Text("BadSessionIdInvalid, session expirée ({})", "BadSessionIdInvalid ({})"),
    Text("BadServiceUnsupported, service absent du serveur ({})", "BadServiceUnsupported ({})"),
    Text("BadConditionAlreadyEnabled, déjà en service ({})", "BadConditionAlreadyEnabled ({})"),
    Text("BadEventIdUnknown, événement inconnu ({})", "BadEventIdUnknown ({})"),
    Text("BadConditionBranchAlreadyAcked, déjà acquittée ({})", "BadConditionBranchAlreadyAcked ({})"),
)
