"""The words of lock-outs, in both languages."""

from supervisor.model import Text

LOCK_OUTS = Text(fr="Consignations", en="Lock-outs")
HANG = Text(fr="Consigner", en="Lock out")
HANG_MORE = Text(fr="Consigner…", en="Lock out…")
HANG_TOO = Text(fr="Poser aussi ma consignation…", en="Hang my lock too…")
HANG_ASK = Text(fr="Consigner cet équipement ?", en="Lock this equipment out?")
HANG_WHY = Text(
    fr="Plus aucune commande ne passera, sur lui ni sur ses parties, jusqu'à la levée par deux personnes.",
    en="No command will pass, to it or to its parts, until two persons release it.",
)
REASON = Text(fr="Motif", en="Reason")
CANCEL = Text(fr="Annuler  Échap", en="Cancel  Esc")
CONFIRM = Text(fr="Confirmer", en="Confirm")
ON = Text(fr="posée sur {name}", en="on {name}")
ASKED = Text(fr="Levée demandée par {who}", en="Release asked by {who}")
ASK_RELEASE = Text(fr="Demander la levée", en="Ask for release")
ASK_FOR_ABSENT = Text(fr="Titulaire absent : demander la levée…", en="Holder absent: ask for release…")
KEEP = Text(fr="Maintenir", en="Keep")
SECOND_HERE = Text(fr="Seconde personne…", en="Second person…")
CONFIRM_RELEASE = Text(fr="Confirmer la levée", en="Confirm release")
ABSENT_ASK = Text(fr="Demander la levée à la place du titulaire ?", en="Ask for release in the holder's place?")
ABSENT_WHY = Text(
    fr="Dites pourquoi le titulaire ne peut pas le faire. Une autre personne devra confirmer.",
    en="Say why the holder cannot. Another person will have to confirm.",
)
SECOND_ASK = Text(fr="Lever la consignation ?", en="Release the lock-out?")
SECOND_WHY = Text(
    fr="La seconde personne confirme que l'équipement peut être remis en service.",
    en="The second person confirms that the equipment may be used again.",
)

# an equipment that left the site
GONE = Text(fr="Consignations d'équipements sortis du site", en="Lock-outs on equipment that left the site")
GONE_WHY = Text(
    fr="Le site ne connaît plus ces équipements : ces consignations ne retiennent plus aucune commande. "
    "Cherchez sous quel nom l'équipement est commandé désormais, et consignez-le avant de lever.",
    en="The site no longer knows this equipment: these lock-outs hold no command any more. "
    "Find out under which name it is commanded now, and lock that out before you release.",
)
LEFT = Text(fr="{name} – n'est plus sur le site", en="{name} – no longer on the site")
LEFT_STATE = Text(fr="hors du site : ne retient rien", en="off the site: holds nothing")

# the page
STANDING = Text(fr="Consignations en place", en="Lock-outs in place")
WAITING = Text(fr="Commandes en attente d'une personne", en="Commands that wait for a person")
NONE_STANDING = Text(fr="Aucun équipement n'est consigné.", en="No equipment is locked out.")
NONE_WAITING = Text(fr="Aucune commande n'attend.", en="No command is waiting.")
HOLDER = Text(fr="Titulaire", en="Holder")
SINCE = Text(fr="Depuis", en="Since")
STATE = Text(fr="État", en="State")
STANDS = Text(fr="en place", en="stands")
COMMAND = Text(fr="Commande", en="Command")
BY = Text(fr="Demandée par", en="Asked by")
AT = Text(fr="À", en="At")
EXPIRES = Text(fr="Expire dans", en="Expires in")
