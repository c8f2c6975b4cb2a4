"""Vigie watching itself, as equipment like any other: every link and the station have tags, alarms and history.

So the health of a link travels the one road up, is drawn by the same pages, and its outage is an alarm with guidance.
"""

from __future__ import annotations

from supervisor.model import AlarmRule, Condition, EquipmentType, Kind, Priority, State, System, TagSpec, Text

NETWORK = System("network", Text("Réseau de terrain", "Field network"), "link")

CONNECTED = "connected"
ROUND_TRIP = "round_trip"
REQUESTS = "requests"
ERRORS = "errors"
RECONNECTS = "reconnects"

LINK_TYPE = EquipmentType(
    id="link",
    name=Text("Liaison", "Link"),
    system=NETWORK.id,
    tags={
        CONNECTED: TagSpec(
            CONNECTED,
            Text("Liaison établie", "Connected"),
            Kind.BOOLEAN,
            states=(State(0, "down", Text("coupée", "down")), State(1, "up", Text("établie", "up"))),
        ),
        ROUND_TRIP: TagSpec(
            ROUND_TRIP, Text("Temps de réponse", "Round trip"), unit="ms", low=0, high=1000, deadband=1.0
        ),
        REQUESTS: TagSpec(REQUESTS, Text("Requêtes par seconde", "Requests per second"), unit="/s", deadband=1.0),
        ERRORS: TagSpec(ERRORS, Text("Erreurs", "Errors"), Kind.COUNTER, decimals=0),
        RECONNECTS: TagSpec(RECONNECTS, Text("Reconnexions", "Reconnections"), Kind.COUNTER, decimals=0),
    },
    alarms=(
        AlarmRule(
            id="communication_lost",
            tag=CONNECTED,
            condition=Condition.IS,
            limit=0,
            priority=Priority.MEDIUM,
            name=Text("Communication perdue", "Communication lost"),
            on_delay_s=5.0,
            off_delay_s=2.0,
            cause=Text(
                "Automate hors tension, coupure du réseau ou adresse modifiée.",
                "Controller without power, network cut, or address changed.",
            ),
            consequence=Text(
                "Aucune mesure ni commande sur les équipements de cette liaison.",
                "No measurement and no command on the equipment of this link.",
            ),
            action=Text(
                "Vérifier l'alimentation du coffret et le modem ; prévenir l'astreinte réseau.",
                "Check the cabinet's supply and its modem; call the network on duty.",
            ),
            response_s=900,
        ),
    ),
    state=CONNECTED,
    headline=(CONNECTED, ROUND_TRIP, ERRORS),
    symbol="link",
)

GOOD_SHARE = "good"
CHANGES = "changes"
HISTORY_LAG = "history_lag"
FAULTS = "faults"
STATION_ID = "VIGIE"

STATION_TYPE = EquipmentType(
    id="station",
    name=Text("Poste Vigie", "Vigie station"),
    system=NETWORK.id,
    tags={
        GOOD_SHARE: TagSpec(
            GOOD_SHARE,
            Text("Mesures valides", "Good tags"),
            unit="%",
            decimals=2,
            low=0,
            high=100,
            deadband=0.05,
        ),
        CHANGES: TagSpec(CHANGES, Text("Changements par seconde", "Changes per second"), unit="/s", deadband=5.0),
        HISTORY_LAG: TagSpec(HISTORY_LAG, Text("Retard d'historisation", "Historian lag"), unit="s", deadband=0.2),
        FAULTS: TagSpec(FAULTS, Text("Défauts internes", "Internal faults"), unit="/min", decimals=0, low=0),
    },
    alarms=(
        AlarmRule(
            id="history_behind",
            tag=HISTORY_LAG,
            condition=Condition.HIGH,
            limit=10.0,
            deadband=5.0,
            on_delay_s=5.0,
            priority=Priority.HIGH,
            name=Text("Historique non enregistré", "History not recorded"),
            cause=Text(
                "Disque plein, dossier de données en lecture seule ou disque trop lent.",
                "Disk full, data folder read-only, or a disk that is too slow.",
            ),
            consequence=Text(
                "Les mesures attendent en mémoire ; elles seraient perdues si le poste s'arrêtait.",
                "Measurements wait in memory; they would be lost if the station stopped.",
            ),
            action=Text(
                "Libérer de la place sur le disque des données ; prévenir l'administrateur du poste.",
                "Free space on the data disk; call whoever looks after the machine.",
            ),
            response_s=600,
        ),
        AlarmRule(
            id="internal_fault",
            tag=FAULTS,
            condition=Condition.HIGH,
            limit=0.5,
            priority=Priority.HIGH,
            name=Text("Défaut interne de Vigie", "Internal fault of Vigie"),
            cause=Text(
                "Erreur de programmation ; le détail est dans vigie.log.",
                "A programming error; vigie.log has the details.",
            ),
            consequence=Text(
                "La supervision continue, mais une mesure, une alarme ou un enregistrement a pu manquer.",
                "Supervision goes on, but a measurement, an alarm or a record may have been missed.",
            ),
            action=Text(
                "Vérifier les alarmes sur place en cas de doute ; transmettre vigie.log au support.",
                "Check alarms on site where in doubt; send vigie.log to the support.",
            ),
            response_s=3600,
        ),
    ),
    headline=(GOOD_SHARE, CHANGES, HISTORY_LAG),
    symbol="station",
)
