"""What `vigie probe` and `vigie import` say of a look itself, in both languages: the window shows it as it is."""

from supervisor.model import Text

NO_ADDRESS = Text(
    fr="« {} » n'est pas l'adresse d'un automate : écrivez modbus://hôte:502, opc.tcp://hôte:4840 ou mqtt://hôte:1883.",
    en="{} is no address of a controller: write modbus://host:502, opc.tcp://host:4840 or mqtt://host:1883",
)
WRONG_ADDRESS = Text(fr="L'adresse ne convient pas : {}", en="{}")
NOTHING_TO_LOOK_WITH = Text(fr="{} ne sait pas relever un automate.", en="{} has nothing to look with")
STRANGE = Text(fr="{} n'existe pas pour ce protocole ; il connaît {}", en="{} is not for this protocol: it has {}")
STOPPED = Text(fr="arrêté", en="stopped")
