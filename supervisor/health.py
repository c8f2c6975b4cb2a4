"""Vigie watching itself, as equipment like any other: every link and the station have tags, alarms and history.

So the health of a link travels the one road up, is drawn by the same pages, and its outage is an alarm with guidance.
"""

from __future__ import annotations

from supervisor.model import AlarmRule, Condition, EquipmentType, Kind, Priority, State, System, TagSpec, Text

NETWORK = System("network", Text("Réseau de terrain", "Field network"), "link")

CONNECTED = "connected"
ROUND_TRIP = "round_trip"
ROUND_TRIP_99 = "round_trip_p99"
REQUESTS = "requests"
ERRORS = "errors"
RECONNECTS = "reconnects"
CLOCK_SKEW = "clock_skew"
DAY = "availability_day"
MONTH = "availability_month"
SKEWED_S = 5.0
"""A controller's clock further off than this is worth a visit: its events can't be put in order with others any more.
Our own choice; ISA-18.2 and IEC 62682 ask for time that is synchronised, and give no figure."""


def _skewed(id_: str, condition: Condition, limit: float, name: Text) -> AlarmRule:
    return AlarmRule(
        id=id_,
        tag=CLOCK_SKEW,
        condition=condition,
        limit=limit,
        deadband=1.0,
        on_delay_s=60.0,
        off_delay_s=10.0,
        priority=Priority.LOW,
        name=name,
        cause=Text(
            "Horloge de l'automate jamais mise à l'heure, serveur de temps injoignable, ou pile de sauvegarde usée.",
            "The controller's clock was never set, it reaches no time server, or its backup battery is worn.",
        ),
        consequence=Text(
            "Les mesures datées par l'automate sont mal placées dans les tendances et le journal.",
            "Measurements dated by the controller are in the wrong place in trends and in the journal.",
        ),
        action=Text(
            "Vérifier le serveur de temps (NTP) réglé dans l'automate ; le remettre à l'heure à la prochaine visite.",
            "Check the time server (NTP) set in the controller; set its clock at the next visit.",
        ),
        response_s=86400,
    )


def _share(id_: str, name: Text) -> TagSpec:
    return TagSpec(id_, name, unit="%", decimals=2, low=0, high=100, deadband=0.01)


FIGURES = (
    CONNECTED,
    ROUND_TRIP,
    ROUND_TRIP_99,
    REQUESTS,
    ERRORS,
    RECONNECTS,
    CLOCK_SKEW,
    DAY,
    MONTH,
)
"""The tags of a link, in the order in which the station tells them."""

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
        ROUND_TRIP_99: TagSpec(
            ROUND_TRIP_99,
            Text("Temps de réponse, 99 sur 100", "Round trip, 99 in 100"),
            unit="ms",
            low=0,
            high=1000,
            deadband=1.0,
        ),
        REQUESTS: TagSpec(REQUESTS, Text("Requêtes par seconde", "Requests per second"), unit="/s", deadband=1.0),
        ERRORS: TagSpec(ERRORS, Text("Erreurs", "Errors"), Kind.COUNTER, decimals=0),
        RECONNECTS: TagSpec(RECONNECTS, Text("Reconnexions", "Reconnections"), Kind.COUNTER, decimals=0),
        CLOCK_SKEW: TagSpec(
            CLOCK_SKEW, Text("Écart d'horloge", "Clock skew"), unit="s", normal_low=-1, normal_high=1, deadband=0.1
        ),
        DAY: _share(DAY, Text("Disponibilité du jour", "Availability today")),
        MONTH: _share(MONTH, Text("Disponibilité du mois", "Availability this month")),
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
        _skewed(
            "clock_ahead",
            Condition.HIGH,
            SKEWED_S,
            Text("Horloge de l'automate en avance", "Controller's clock ahead"),
        ),
        _skewed(
            "clock_behind",
            Condition.LOW,
            -SKEWED_S,
            Text("Horloge de l'automate en retard", "Controller's clock behind"),
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
HISTORY_DAMAGE = "history_damage"
DISK_ROOM = "disk_room"
ALARM_RATE = "alarm_rate"
FLOOD = "flood"
JOURNAL_OWED = "journal_owed"
JOURNAL_USE = "journal_use"
NOTICES_FAILING = "notices_failing"
JOURNAL_NEAR, JOURNAL_FULL = 80.0, 95.0
"""Percent of the room the journal may take; IEC 62443-3-3 SR 2.9 asks for a warning and leaves the figure to us."""
ROOM_GB = 1.0
"""Less room than this on the history's disk is an alarm: some 20 days of a city of 2 000 tags."""
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
        HISTORY_DAMAGE: TagSpec(
            HISTORY_DAMAGE, Text("Blocs d'historique abîmés", "Damaged pieces of history"), decimals=0, low=0
        ),
        ALARM_RATE: TagSpec(
            ALARM_RATE, Text("Alarmes annoncées en 10 min", "Alarms told in 10 min"), unit="/10 min", decimals=0, low=0
        ),
        FLOOD: TagSpec(
            FLOOD,
            Text("Avalanche d'alarmes", "Alarm flood"),
            Kind.BOOLEAN,
            states=(State(0, "no", Text("non", "no")), State(1, "yes", Text("oui", "yes"))),
        ),
        DISK_ROOM: TagSpec(
            DISK_ROOM, Text("Place libre pour l'historique", "Room for history"), unit="GB", low=0, deadband=0.2
        ),
        JOURNAL_OWED: TagSpec(
            JOURNAL_OWED, Text("Lignes de journal en attente", "Journal rows waiting"), decimals=0, low=0
        ),
        NOTICES_FAILING: TagSpec(
            NOTICES_FAILING, Text("Notifications en échec", "Notices that fail"), decimals=0, low=0
        ),
        JOURNAL_USE: TagSpec(
            JOURNAL_USE, Text("Place prise par le journal", "Room the journal takes"), unit="%", low=0, deadband=0.1
        ),
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
        AlarmRule(
            id="history_damaged",
            tag=HISTORY_DAMAGE,
            condition=Condition.HIGH,
            limit=0.5,
            priority=Priority.MEDIUM,
            name=Text("Historique abîmé sur le disque", "History damaged on disk"),
            cause=Text(
                "Le disque rend autre chose que ce qui a été écrit ; le journal nomme les mesures et les périodes.",
                "The disk gives back something else than was written; the journal names the tags and the times.",
            ),
            consequence=Text(
                "Ces périodes manquent dans les courbes ; le reste se lit. Le disque va peut-être tomber en panne.",
                "Those times are missing in trends; the rest can be read. The disk may be about to fail.",
            ),
            action=Text(
                "Sauvegarder les données, faire contrôler le disque, puis restaurer une sauvegarde saine.",
                "Back up the data, have the disk examined, then restore the history from a sound backup.",
            ),
            response_s=86_400,
        ),
        AlarmRule(
            id="disk_nearly_full",
            tag=DISK_ROOM,
            condition=Condition.LOW,
            limit=ROOM_GB,
            deadband=0.1,
            on_delay_s=30.0,
            priority=Priority.MEDIUM,
            name=Text("Disque de l'historique presque plein", "Disk of the history nearly full"),
            cause=Text(
                "L'historique a grandi, ou un autre programme remplit le disque.",
                "The history has grown, or another program fills the disk.",
            ),
            consequence=Text(
                "Une fois le disque plein, les mesures attendent en mémoire et finiraient par être perdues.",
                "Once it is full, measurements wait in memory and would be lost in the end.",
            ),
            action=Text(
                "Libérer de la place, ou raccourcir la conservation dans site.toml.",
                "Free space, or shorten what is kept in site.toml.",
            ),
            response_s=86_400,
        ),
        AlarmRule(
            id="notices_failing",
            tag=NOTICES_FAILING,
            condition=Condition.HIGH,
            limit=0.5,
            on_delay_s=60.0,
            priority=Priority.MEDIUM,
            name=Text("L'astreinte n'est pas prévenue", "Those on call are not told"),
            cause=Text(
                "Serveur de messagerie ou courtier MQTT injoignable, ou mot de passe refusé.",
                "Mail server or MQTT broker out of reach, or a password that is refused.",
            ),
            consequence=Text(
                "Des alarmes sans réponse n'ont pas été transmises aux personnes d'astreinte.",
                "Unanswered alarms were not passed on to those who are on call.",
            ),
            action=Text(
                "Appeler l'astreinte par téléphone ; voir la page Astreinte pour la cause de l'échec.",
                "Call those on duty by telephone; the page On call tells why it fails.",
            ),
            response_s=600,
        ),
        AlarmRule(
            id="journal_unwritten",
            tag=JOURNAL_OWED,
            condition=Condition.HIGH,
            limit=0.5,
            on_delay_s=2.0,
            priority=Priority.HIGH,
            name=Text("Journal non enregistré", "Journal not recorded"),
            cause=Text(
                "Disque plein, dossier de données en lecture seule ou disque en panne.",
                "Disk full, data folder read-only, or a disk that fails.",
            ),
            consequence=Text(
                "Toute commande est refusée. Les alarmes continuent ; leurs lignes attendent en mémoire.",
                "Every command is refused. Alarms go on; their rows wait in memory.",
            ),
            action=Text(
                "Libérer de la place sur le disque des données ; ne pas arrêter le poste avant.",
                "Free space on the data disk; do not stop the station before that is done.",
            ),
            response_s=300,
        ),
        *(
            AlarmRule(
                id=id_,
                tag=JOURNAL_USE,
                condition=condition,
                limit=limit,
                deadband=1.0,
                on_delay_s=5.0,
                priority=priority,
                name=name,
                cause=Text(
                    "Le journal a grandi jusqu'à la limite fixée dans site.toml ([journal] limit_gb).",
                    "The journal has grown up to the limit of site.toml ([journal] limit_gb).",
                ),
                consequence=Text(
                    "Rien n'est effacé ni refusé ; au-delà, c'est la place du disque qui décidera.",
                    "Nothing is deleted or refused; beyond, the room on the disk will decide.",
                ),
                action=Text(
                    "Exporter et archiver le journal (vigie journal export), puis relever la limite.",
                    "Export and archive the journal (vigie journal export), then raise the limit.",
                ),
                response_s=7 * 86_400,
            )
            for id_, condition, limit, priority, name in (
                (
                    "journal_nearly_full",
                    Condition.HIGH,
                    JOURNAL_NEAR,
                    Priority.LOW,
                    Text("Journal bientôt à sa limite", "Journal near its limit"),
                ),
                (
                    "journal_full",
                    Condition.HIGH_HIGH,
                    JOURNAL_FULL,
                    Priority.MEDIUM,
                    Text("Journal à sa limite", "Journal at its limit"),
                ),
            )
        ),
    ),
    headline=(GOOD_SHARE, CHANGES, HISTORY_LAG),
    symbol="station",
)
