"""What is wrong with calendars and programmes, and what is only worth a word."""

from __future__ import annotations

from supervisor.mistakes.files import titled
from supervisor.model import Text

CALENDARS = (
    *titled(" n'est dans aucun calendrier", " is in no calendar"),
    Text('Ajoutez calendars = ["holidays"]', 'Add calendars = ["holidays"]'),
    Text("La liste des jours du calendrier « {} » {}", 'The list of days of the calendar "{}" {}'),
    Text("s'est terminée le {}", "ended on {}"),
    Text("se termine le {}, dans {} jours", "ends on {}, in {} days"),
    Text(
        "Ajoutez les jours des années à venir, ou retirez le calendrier",
        "Add the days of the years to come, or remove the calendar",
    ),
    *titled(" n'a pas de jour", " has no day"),
    Text(
        "Ajoutez weekdays, dates, [[calendar.span]], files ou public_holidays",
        "Add weekdays, dates, [[calendar.span]], files or public_holidays",
    ),
    Text("« {} » n'est pas un jour de la semaine", '"{}" is no day of the week'),
    Text("Les jours fériés de « {} » ne sont pas connus", 'No public holidays are known of "{}"'),
    Text('Écrivez "FR", ou "BE"', 'Write "FR", or "BE"'),
    Text("« {} » n'est pas une date", '"{}" is no date'),
    Text('Écrivez le mois d\'abord : "07-14"', 'Write the month first: "07-14"'),
    Text('Écrivez "2026-07-14", ou "07-14" pour chaque année', 'Write "2026-07-14", or "07-14" for every year'),
    Text('Écrivez-la "2026-07-14"', 'Write it as "2026-07-14"'),
    Text("De {} à {} n'est pas une période", "From {} to {} is no span"),
    Text("Le premier jour vient d'abord ; voyez l'année", "The first day comes first; look at the year"),
    Text("« {} » n'est pas dans le dossier du site", '"{}" is not in the site folder'),
    Text('Écrivez files = ["calendars/school.csv"]', 'Write files = ["calendars/school.csv"]'),
    Text("Il n'y a pas de fichier « {} »", 'There is no file "{}"'),
    Text("Il est cherché dans le dossier du site", "It is looked for in the site folder"),
    Text("Les événements qui se répètent ne sont pas lus", "Events that repeat are not read"),
    Text("Écrivez chaque date", "Write each date"),
)

PROGRAMMES = (
    Text(
        "« {} » et « {} » parlent tous deux de {}, avec la même priorité",
        '"{}" and "{}" both speak of {}, with the same priority',
    ),
    Text(
        "Donnez une priorité plus haute à celui qui compte, ou à chacun ses jours",
        "Give the one that counts a higher priority, or each days of its own",
    ),
    Text("Le programme finit avant de commencer", "The programme ends before it begins"),
    Text("Écrivez le premier des deux jours dans first", "Write the earlier day as first"),
    *titled(" n'a pas de point", " has no point"),
    Text("Ajoutez [[programme.point]] avec at et do", "Add [[programme.point]] with at and do"),
    Text("Aucun équipement du type « {} » ne s'appelle « {} »", 'No equipment of the type "{}" is called "{}"'),
    Text(
        'Écrivez des identifiants ; * tient lieu de n\'importe quoi : "AP-01*"',
        'Write ids; * stands for anything: "AP-01*"',
    ),
    *titled(" n'est pour aucun équipement", " is for no equipment at all"),
    Text("Voyez areas, equipment et except", "Look at areas, equipment and except"),
    Text("« {} » n'est pas un type de jour du type « {} »", '"{}" is no day type of the type "{}"'),
    Text("Possibles : {} ; voyez types de [[day]]", "Use: {}; see types of [[day]]"),
    Text("« season » vaut {}", '"season" is {}'),
    Text('Écrivez ses bouts : ["04-15", "10-15"]', 'Write its ends: ["04-15", "10-15"]'),
    Text("« position » vaut {}", '"position" is {}'),
    Text("Écrivez position = [latitude, longitude]", "Write position = [latitude, longitude]"),
    Text("{} n'est un tag ni de cet équipement, ni du site", "{} is no tag of this equipment, nor of the site"),
    Text("Écrivez un identifiant entier entre ' '", "Write a whole id in ' '"),
    Text("Une condition est d'un équipement, pas de parties", "A condition is of one equipment, not of parts"),
    Text("Faites-en un tag calculé du type", "Make it a calculated tag of the type"),
    Text("une condition est d'un seul équipement", "a condition is of one equipment"),
    Text("Ceci est {}", "This is {}"),
    Text("Écrivez une comparaison, comme « moisture < 25 »", 'Write a comparison, such as "moisture < 25"'),
    Text("« for » et « then » vont ensemble", '"for" and "then" belong together'),
    Text(
        'Écrivez for = "20min" et then = "close", ou aucun des deux',
        'Write for = "20min" and then = "close", or neither',
    ),
    Text("Ce point ne fait rien", "This point does nothing"),
    Text('Ajoutez do = "on", ou do = ["on", "dim 100"]', 'Add do = "on", or do = ["on", "dim 100"]'),
    Text("Seule une heure du soleil a des bornes", "Only a time of the sun has limits"),
    Text(
        'Retirez not_before et not_after, ou écrivez at = "sunset"',
        'Remove not_before and not_after, or write at = "sunset"',
    ),
    Text(
        "not_after vient avant not_before : il n'y a pas de moment entre les deux",
        "not_after comes before not_before: there is no time between",
    ),
    Text("Échangez-les", "Exchange them"),
    Text('Écrivez-la "06:30"', 'Write it as "06:30"'),
    Text("« {} » n'est pas la longueur d'une plage", '"{}" is no length of a window'),
    Text('Écrivez-la "20min" ou "1h30", un jour au plus', 'Write it as "20min" or "1h30", at most a day'),
    Text('Écrivez "on" ou ["on", "dim 100"]', 'Write it as "on" or ["on", "dim 100"]'),
    Text("La commande « {} » ne prend pas de valeur", 'The command "{}" takes no value'),
    Text("La commande « {} » a besoin d'une valeur", 'The command "{}" needs a value'),
    Text('Écrivez-la derrière la commande : "{} 50"', 'Write it behind the command: "{} 50"'),
    Text('Écrivez "{}"', 'Write "{}"'),
    Text("« {} » n'est pas une valeur", '"{}" is no value'),
    Text("Écrivez l'identifiant d'un état", "Write the id of a state"),
    Text("{} est hors de ce que « {} » accepte", '{} is outside what "{}" takes'),
    Text("« {} » n'est pas une heure de l'horloge", '"{}" is no time of the clock'),
    Text("« {} » n'est pas une durée", '"{}" is no duration'),
    Text("« {} » n'est pas une heure", '"{}" is no time'),
    Text("« {} » est à plus de douze heures du soleil", '"{}" is more than twelve hours from the sun'),
    Text('Écrivez "23:00", "sunset" ou "sunset-15min"', 'Write "23:00", "sunset" or "sunset-15min"'),
)

NOTES = (
    Text(
        "De {} équipements, « {} » (priorité {}) passe avant « {} » ({}) : {}",
        'Of {} equipment "{}" (priority {}) counts before "{}" ({}): {}',
    ),
    Text(
        "De {} équipements, « {} » (priorité {}) passe avant « {} » ({}) : {} …",
        'Of {} equipment "{}" (priority {}) counts before "{}" ({}): {} …',
    ),
    Text(
        "« {} » : le {}, quelque chose est demandé à {}, dans la plage de {} : l'une est coupée",
        '"{}": on {} something is asked at {}, within the window of {}: one is cut',
    ),
)

ROWS = (*CALENDARS, *PROGRAMMES, *NOTES)
