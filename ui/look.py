"""Look: theme, language and text scale of one window, given to every widget that paints or speaks.

A widget connects to `changed` and fills itself again; neither a new theme nor a new language needs a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QLocale, QObject, Signal
from PySide6.QtGui import QColor, QFont, QPixmap

from supervisor.clock import SECOND
from supervisor.model import Text
from supervisor.names import Met
from ui.theme.theme import Theme, tokens

WAITING = "—"
"""Shown where there is no value."""


class Look(QObject):
    """See the module."""

    changed = Signal()
    introduced = Signal()
    """Somebody has a name whom the site folder does not list; `changed` follows, so that it is seen everywhere."""

    def __init__(self, zone: str, theme: str = "light", language: str = "fr", scale: float = 1.0) -> None:
        super().__init__()
        self.theme = Theme(theme)
        self.language = language
        self.scale = scale
        self.zone = ZoneInfo(zone)
        self.met = Met()
        """Names of those whom the site folder does not list; pulled now and then by whoever owns the look."""
        self._fonts: dict[tuple[str, int], QFont] = {}
        self._kept: dict[tuple[object, ...], QPixmap] = {}
        self._locale = _locale(language)

    def use(self, theme: str | None = None, language: str | None = None, scale: float | None = None) -> None:
        """Change any of the three and tell everyone."""
        self.theme = Theme(theme) if theme else self.theme
        self.language = language or self.language
        self.scale = scale or self.scale
        self._fonts.clear()
        self._kept.clear()
        self._locale = _locale(self.language)
        self.changed.emit()

    def say(self, text: Text) -> str:
        return text.say(self.language)

    def counted(self, text: Text, count: float, *rest: object, decimals: int = 0) -> str:
        """Words about so many, as the language writes the number; see `Text.counted`."""
        return text.counted(self.language, round(count, decimals), self.number(count, decimals), *rest)

    def color(self, token: str) -> QColor:
        return self.theme.color(token)

    def font(self, size: str = "body", weight: int = 400) -> QFont:
        """Inter in a size of tokens.toml: hint, label, body, value, title or key. Digits do not jump."""
        if (size, weight) not in self._fonts:
            font = QFont("Inter")
            font.setPixelSize(round(int(tokens()["size"][size]) * self.scale))
            font.setWeight(QFont.Weight(weight))
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[size, weight] = font
        return self._fonts[size, weight]

    def kept(self, key: tuple[object, ...], make: Callable[[], QPixmap]) -> QPixmap:
        """What is drawn again and again in few forms, until the look changes."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found

    def number(self, value: float, decimals: int) -> str:
        """A number as the language writes it; a dash for NaN."""
        if value != value:
            return WAITING
        return self._locale.toString(round(float(value), decimals) + 0.0, "f", decimals)  # + 0.0: zero has no sign

    def clock(self, instant: int, seconds: bool = True) -> str:
        """An instant (ns UTC) as the site's wall clock shows it."""
        return self.moment(instant).strftime("%H:%M:%S" if seconds else "%H:%M")

    def date(self, instant: int) -> str:
        """The day of an instant in the site's zone, such as "dim. 22 nov. 2026"."""
        day = self.moment(instant)
        return self._locale.toString(QDate(day.year, day.month, day.day), "ddd d MMM yyyy")

    def moment(self, instant: int) -> datetime:
        """An instant (ns UTC) in the site's time zone."""
        return datetime.fromtimestamp(instant / SECOND, self.zone)

    def span(self, seconds: float) -> str:
        """A duration for people: 00:15, 04:27, 3 h 12, 2 d."""
        seconds = int(max(seconds, 0))
        if seconds < 3600:
            return f"{seconds // 60:02d}:{seconds % 60:02d}"
        if seconds < 86400:
            return f"{seconds // 3600} h {seconds % 3600 // 60:02d}"
        return f"{seconds // 86400} {'d' if self.language == 'en' else 'j'}"


def _locale(language: str) -> QLocale:
    return QLocale(QLocale.Language.English if language == "en" else QLocale.Language.French)
