"""The words about certificates of servers, in both languages."""

from supervisor.model import Text

ONE = Text(
    fr="{link} : le certificat du serveur n'est pas accepté.", en="{link}: the server's certificate is not accepted."
)
MORE = Text(fr="et {} autre{s} liaison{s}", en="and {} more link{s}")
EXAMINE = Text(fr="Examiner le certificat…", en="Examine the certificate…")
TITLE = Text(fr="{link} : certificat présenté par {host}", en="{link}: certificate shown by {host}")
SUBJECT = Text(fr="Titulaire", en="Subject")
ISSUER = Text(fr="Émetteur", en="Issuer")
ITSELF = Text(fr="lui-même (autosigné)", en="itself (self-signed)")
VALIDITY = Text(fr="Validité", en="Validity")
FROM_TO = Text(fr="du {since} au {until}", en="{since} to {until}")
HOSTS = Text(fr="Machines", en="Machines")
APPLICATION = Text(fr="Application", en="Application")
FINGERPRINT = Text(fr="Empreinte SHA-256", en="SHA-256 fingerprint")
BEFORE = Text(fr="Empreinte approuvée jusqu'ici", en="Fingerprint trusted so far")
NONE = Text(fr="aucune indication", en="none given")
COMPARE = Text(
    fr="Comparez l'empreinte avec celle que le serveur affiche, ou que son installateur vous donne, avant d'approuver.",
    en="Compare the fingerprint with the one the server displays, or its installer gives you, before you trust it.",
)
USELESS = Text(
    fr="Approuver n'y changerait rien : corrigez ce qui précède sur le serveur ou dans les réglages de la liaison.",
    en="Trusting it would change nothing: correct the above at the server or in the link's settings.",
)
RESERVED = Text(fr="Réservé au rôle « {role} ».", en="For the role {role} only.")
TRUST = Text(fr="Approuver ce certificat", en="Trust this certificate")
REFUSE = Text(fr="Refuser", en="Refuse")
CLOSE = Text(fr="Fermer  Échap", en="Close  Esc")
TRUSTED = Text(
    fr="Certificat approuvé : la liaison réessaie dans les dix secondes.",
    en="Certificate trusted: the link tries again within ten seconds.",
)
REFUSED = Text(
    fr="Certificat refusé : la liaison reste coupée, l'acte est au journal.",
    en="Certificate refused: the link stays down, the journal has it.",
)
SILENT = Text(
    fr="Le poste n'a pas répondu : rouvrez cette fiche pour voir ce qu'il en est.",
    en="The station did not answer: open this card again to see how things stand.",
)
PROBLEMS = {
    "unknown": Text(fr="Personne ne l'a encore approuvé.", en="Nobody has trusted it yet."),
    "changed": Text(
        fr="Ce n'est pas le certificat approuvé pour cette liaison : il a été renouvelé, ou une autre machine répond.",
        en="It is not the one trusted for this link: it was renewed, or another machine answers.",
    ),
    "revoked": Text(fr="Son autorité l'a révoqué.", en="Its authority has revoked it."),
    "expired": Text(fr="Il a expiré.", en="It has expired."),
    "early": Text(
        fr="Il n'est pas encore valable : vérifiez les horloges des deux machines.",
        en="It is not valid yet: check the clocks of both machines.",
    ),
    "host": Text(
        fr="Il est établi pour une autre machine que {host}.", en="It is made out to another machine than {host}."
    ),
    "uri": Text(
        fr="Il est établi pour une autre application que celle qui répond.",
        en="It is made out to another application than the one that answers.",
    ),
    "usage": Text(
        fr="Il n'est pas fait pour un serveur qui signe et chiffre.",
        en="It is not made for a server that signs and encrypts.",
    ),
    "key": Text(fr="Sa clé est trop faible ou d'un autre genre.", en="Its key is too weak, or of another kind."),
}
"""Word of a note of the trust list -> what is wrong."""
CURABLE = frozenset({"unknown", "changed"})
"""What trusting it mends."""
