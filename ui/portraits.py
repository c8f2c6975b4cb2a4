"""Portraits: the faceplate of a pump in every state of a command, side by side, for the documents.

    at rest · selected · under way · done · failed · unknown        and the same pump, locked out, in its whole window
    form of a lock-out · locked out · its release asked for

Everything is real: buttons are pressed, and `misbehave` makes the controller refuse or fall silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QPushButton

from supervisor.model import Equipment, Text
from ui.faceplate.commands import Buttons, Commands
from ui.faceplate.panel import Content, Faceplate
from ui.pages import FACEPLATE, SYNOPTIC, Place
from ui.shell.window import MainWindow

Misbehave = Callable[[str], Awaitable[None]]
LOOKS = (("light", "fr"), ("dark", "en"))
PUMPS = (".P2", ".P3")
"""Parts of the station that are asked, one for each look."""
GAP = 8
TURN_S = 0.1
AT_ONCE_S = 0.02
"""Such a turn is short beside the tenth of a second a command takes."""
LONG = 250
"""Such turns until a command has ended, and until a link is back."""
SOON = 4
"""Turns after which a command is on its way."""
REASON = Text("Remplacement de la garniture mécanique", "Replacement of the shaft seal")


async def take_commands(window: MainWindow, folder: Path, station: str, misbehave: Misbehave) -> list[Path]:
    """The pictures made; none where the site has no such station."""
    look, known = window.context.look, window.context.attachment.site.equipment_by_id
    before, made = (look.theme.name, look.language), []
    for part, (theme, language) in zip(PUMPS, LOOKS, strict=True):
        if pump := known.get(station + part):
            look.use(theme=theme, language=language)
            sitter = _Sitter(window, pump, misbehave)
            made.append(folder / f"commands-{theme}-{language}.png")
            _beside(await sitter.states(), window).save(str(made[-1]))
            made.append(folder / f"lock-out-{theme}-{language}.png")
            form = await sitter.form()
            await sitter.lock()
            window.grab().save(str(made[-1]))
            made.append(folder / f"lock-outs-{theme}-{language}.png")
            _beside([form, await sitter.grab(), await sitter.asked()], window).save(str(made[-1]))
    look.use(theme=before[0], language=before[1])
    return made


class _Sitter:
    """One pump before the camera."""

    def __init__(self, window: MainWindow, pump: Equipment, misbehave: Misbehave) -> None:
        self._window, self._pump, self._misbehave = window, pump, misbehave

    async def states(self) -> list[QPixmap]:
        """Its faceplate in every state, in their order."""
        self._window.navigate(Place(SYNOPTIC, self._window.context.attachment.site.equipment_by_id[self._pump.parent]))
        self._window.navigate(Place(FACEPLATE, self._pump))
        taken = [await self.grab()]
        await self._press("stop")
        taken.append(await self.grab())
        self._commands.cancel()
        await self._until(lambda: self._button("start").isEnabled())
        before = self._shown
        self._button("start").click()
        await self._until(lambda: self._shown > before, AT_ONCE_S)
        taken.append(self._panel.grab())
        await self._end()
        taken.append(await self.grab())
        for act in ("refuse", "silence"):
            await self._misbehave(f"{act} {self._pump.link}")
            await self._press("auto")
            await self._end()
            taken.append(await self.grab())
            await self._misbehave(f"restore {self._pump.link}")
            await self._until(lambda: all(self._button(id_).isEnabled() for id_ in ("start", "auto")))
        return taken

    async def form(self) -> QPixmap:
        """The form of a lock-out, as it opens; put away again."""
        section = self._content.lock_outs
        section.hang.click()
        taken = await self.grab()
        section.form.cancel.click()
        return taken

    async def asked(self) -> QPixmap:
        """Its release asked for; a second person has not confirmed yet."""
        for one in self._content.lock_outs.held:
            await self._window.context.attachment.ask("ask_release", id=one.id)
        await self._turn(3 * SOON)
        return await self.grab()

    async def lock(self) -> None:
        """Hang a lock-out on it, and wait until the faceplate tells."""
        context = self._window.context
        await context.attachment.ask("hang_lock", equipment=self._pump.id, reason=context.look.say(REASON))
        self._panel.jump()  # from its head: the form was looked for far down
        await self._until(lambda: not self._button("start").isEnabled())
        await self._turn(3 * SOON)

    @property
    def _panel(self) -> Faceplate:
        assert isinstance(self._window.side, Faceplate)
        return self._window.side

    @property
    def _content(self) -> Content:
        content = self._panel.content
        assert content is not None
        return content

    @property
    def _commands(self) -> Commands:
        commands = self._content.commands
        assert commands is not None
        return commands

    def _button(self, command: str) -> QPushButton:
        rows = (one.buttons for one in self._commands.controls if isinstance(one, Buttons))
        return next(buttons[command] for buttons in rows if command in buttons)

    async def _press(self, command: str) -> None:
        self._button(command).click()
        await self._turn(SOON)

    async def _end(self) -> None:
        await self._until(lambda: not self._commands.progress.busy)

    async def grab(self) -> QPixmap:
        """The faceplate a moment later."""
        await self._turn(SOON)
        self._window.context.board.bright = True
        return self._panel.grab()

    @property
    def _shown(self) -> int:
        """Number of the command whose steps are shown, 0 for none."""
        command = self._commands.progress.command
        return command.id if command else 0

    async def _until(self, done: Callable[[], bool], turn_s: float = TURN_S) -> None:
        for _ in range(LONG):
            if done():
                return
            await self._turn(1, turn_s)

    async def _turn(self, times: int, turn_s: float = TURN_S) -> None:
        for _ in range(times):
            self._window.refresh.tick()
            await asyncio.sleep(turn_s)


def _beside(taken: list[QPixmap], window: MainWindow) -> QPixmap:
    width = sum(one.width() + GAP for one in taken) - GAP
    whole = QPixmap(width, max(one.height() for one in taken))
    whole.fill(window.context.look.color("app"))
    with QPainter(whole) as painter:
        x = 0
        for one in taken:
            painter.drawPixmap(x, 0, one)
            x += one.width() + GAP
    return whole
