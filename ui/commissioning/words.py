"""The words of the page of commissioning, in both languages."""

from supervisor.model import Text

TITLE = Text("Mise en service", "Commissioning")
LOOK = Text("Relever un automate", "Look at a controller")
EQUIPMENT = Text("Essayer un équipement", "Test an equipment")
NOT_YOURS = Text(
    "La mise en service demande le rôle ingénieur.",
    "Commissioning takes the role engineer.",
)

# looking at a controller
ADDRESS = Text(
    "Adresse : modbus://10.20.1.14:502, opc.tcp://10.20.1.20:4840, mqtt://10.20.1.2:1883",
    "Address: modbus://10.20.1.14:502, opc.tcp://10.20.1.20:4840, mqtt://10.20.1.2:1883",
)
PASSWORD = Text("Mot de passe", "Password")
START = Text("Relever", "Look")
STOP = Text("Arrêter", "Stop")
UNIT = Text("Unité", "Unit")
TABLE = Text("Tables", "Tables")
FROM = Text("De (base 0)", "From (0-based)")
COUNT = Text("Nombre", "Count")
PATH = Text("Chemin", "Path")
DEPTH = Text("Niveaux", "Levels")
SECURITY = Text("Sécurité", "Security")
USER = Text("Utilisateur", "User")
TOPIC = Text("Filtre", "Topic")
SECONDS = Text("Secondes", "Seconds")
WHOLE_LOOK = Text(
    "Le relevé lit sans jamais écrire. Saisissez l'adresse d'un automate, d'un serveur OPC UA ou d'un broker MQTT.",
    "A look reads and never writes. Give the address of a Modbus device, an OPC UA server or an MQTT broker.",
)
UNDER_WAY = Text("Relevé en cours…", "Looking…")
NONE_FOUND = Text("Rien n'a été trouvé.", "Nothing was found.")
FOUND = Text("{0} valeur{s}", "{0} value{s}")
CHOSEN = Text("Sélection : {0} sur {1}", "Selected: {0} of {1}")
STOPPED = Text("Arrêté. {0} valeur{s} jusque-là.", "Stopped. {0} value{s} until then.")
PEER = Text("Ce que dit l'appareil", "What the peer says")
SAVE_LOOK = Text("Imprimer le relevé", "Print the look")
IMPORT = Text("Importer", "Import")
IMPORT_TIP = Text(
    "Écrit un pack, son type et l'équipement dans le dossier du site ; rien d'existant n'est modifié.",
    "Writes a pack, its type and the equipment into the site folder; nothing that exists is changed.",
)
PACK = Text("Nom du pack", "Pack id")
TYPE = Text("Type (facultatif)", "Type (optional)")
NEW_ID = Text("Équipement (facultatif)", "Equipment (optional)")
NEED_PACK = Text("Donnez un nom au pack : lettres, chiffres et tirets.", "Name the pack: letters, digits and dashes.")
IMPORTED = Text(
    "Importé dans {0} : vérifié sans erreur. Redémarrez le poste pour l'utiliser.",
    "Imported into {0}: checked, no mistake. Restart the station to use it.",
)
CHILD_LOST = Text("Le relevé s'est interrompu ({0}).", "The look broke off ({0}).")

# testing an equipment
SEARCH = Text("Repère ou nom de l'équipement", "Id or name of the equipment")
READ_ALL = Text("Lire tout", "Read all")
READ_ONE = Text("Essai de lecture", "Test read")
WRITE = Text("Essai d'écriture", "Test write")
VALUE = Text("Valeur", "Value")
SHEET = Text("Fiche de mise en service", "Commissioning sheet")
WHOLE_TEST = Text(
    "Choisissez un équipement, puis lisez ses mesures telles que l'automate les donne.",
    "Choose an equipment, then read its tags as the controller gives them.",
)
CARRIES_NOTHING = Text("Aucun automate ne porte cet équipement.", "No controller carries this equipment.")
READING = Text("Lecture {0} / {1}", "Reading {0} / {1}")
READ = Text("{0} mesure{s} lue{s}, valides : {1}.", "{0} tag{s} read, {1} good.")
SURE = Text("Écrire {0} dans {1} ?", "Write {0} to {1}?")
CONFIRM = Text("Écrire", "Write")
CANCEL = Text("Annuler", "Cancel")
WRITABLE_ONLY = Text("Choisissez une mesure qui s'écrit.", "Choose a tag that can be written.")
NUMBER_NEEDED = Text("Saisissez un nombre.", "Give a number.")
WRITING = Text("Commande {0} en cours…", "Command {0} under way…")
DONE = Text("Écrit et relu.", "Written and read back.")
OUTCOMES = {
    "done": DONE,
    "failed": Text("Échec : {0}", "Failed: {0}"),
    "refused": Text("Refusé : {0}", "Refused: {0}"),
    "unknown": Text("Résultat inconnu : {0}", "Unknown: {0}"),
}
SAVED = Text("Enregistré : {0}", "Saved: {0}")

TAG = Text("Repère", "Tag")
NAME = Text("Désignation", "Name")
PLACE = Text("Adresse", "Address")
HEX = Text("Hexa", "Hex")
DECODED = Text("Décodé", "Decoded")
UNITS = Text("Unité", "Unit")
QUALITY = Text("Qualité", "Quality")
TIME = Text("Heure source", "Source time")
ARRIVED = Text("Arrivée", "Arrived")
