"""Theme: the tokens of one theme as colours, palette and style sheet. No literal colour anywhere else."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from PySide6.QtGui import QColor, QFontDatabase, QPalette

NAMES = ("light", "dark")


@cache
def tokens() -> dict[str, dict[str, str | int]]:
    """The tables of tokens.toml."""
    return tomllib.loads((files("ui.theme") / "tokens.toml").read_text("utf-8"))


class Theme:
    """One theme; `name` is "light" or "dark"."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._colors = {token: QColor(str(text)) for token, text in tokens()[name].items()}

    def color(self, token: str) -> QColor:
        """The colour of a token; KeyError for an unknown one, so that a typing error never paints black.

        A copy: a painter that makes it fainter for itself must not make an alarm fainter everywhere.
        """
        return QColor(self._colors[token])

    def hex(self, token: str) -> str:
        return self._colors[token].name()

    def palette(self) -> QPalette:
        palette = QPalette()
        for role, token in _ROLES.items():
            palette.setColor(role, self.color(token))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text3"))
        return palette

    def style(self) -> str:
        """The whole style sheet."""
        sheet = (files("ui.theme") / "style.qss").read_text("utf-8")
        for token in sorted(self._colors, key=len, reverse=True):
            sheet = sheet.replace(f"@{token}", self.hex(token))
        return sheet


_ROLES = {
    QPalette.ColorRole.Window: "panel",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "raised",
    QPalette.ColorRole.AlternateBase: "panel",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.Highlight: "accent_bg",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.PlaceholderText: "text2",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.ToolTipText: "text",
}


def load_fonts() -> None:
    """Register the bundled Inter, so that every machine shows the same pixels."""
    for font in (files("ui.theme") / "fonts").iterdir():
        if font.name.endswith(".otf"):
            QFontDatabase.addApplicationFontFromData(font.read_bytes())
