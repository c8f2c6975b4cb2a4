"""The step "trust this server?": a bar while a link is refused for its server's certificate, and the card it opens.

The vault is the station's, so everything here is asked of it; what the links then do comes back up like any value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from supervisor import health
from supervisor.clock import SECOND
from supervisor.desk.trust_desk import Shown
from supervisor.errors import Refused, Unavailable
from supervisor.model import LinkSpec, Role, Text
from supervisor.people import ROLES, People
from supervisor.trust import grouped
from ui.links import certificate_words as words
from ui.pages import Context
from ui.widgets import Button, Label, Symbol, Words, clear, column, row

AT_ONCE = 3
"""Links named one by one in the bar."""
EVERY_S = 3.0
"""Pause between two questions to the station, while a link that uses certificates is down."""


class Certificates(QWidget):
    """Bar and card; hidden while there is nothing to decide."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._asked_at = -EVERY_S
        self._asking = False
        self.shown: list[Shown] = []
        self.card: CertificateCard | None = None
        self._bar = QFrame()
        self._bar.setObjectName("card")
        self._rows = column(self._bar, 10, 6)
        self.said = Words(context.look, words.TRUSTED, "body", 500, "accent")
        self.said.hide()
        self._body = column(self, 0, 8)
        self._body.setContentsMargins(0, 0, 0, 8)
        for widget in (self.said, self._bar):
            self._body.addWidget(widget)
        context.look.changed.connect(self._build)
        self._build()

    def slow(self) -> None:
        """Once a second while the page is visible."""
        now = self._context.clock.monotonic()
        if self._asking or now - self._asked_at < EVERY_S:
            return
        self._asked_at = now
        if any(self._down(link) for link in self._context.attachment.site.links.values() if _secured(link)):
            self._asking = True
            self._context.spawn(self._look())
        elif self.shown:
            self._show([])

    def _down(self, link: LinkSpec) -> bool:
        tag = self._context.attachment.site.tag_by_id.get(f"{link.id}.{health.CONNECTED}")
        return tag is not None and bool(self._context.live.value[tag.index] != 1)

    async def _look(self) -> None:
        try:
            answer = await self._context.attachment.ask("certificates")
            self._show(msgspec.convert(answer["shown"], list[Shown]))
        except Unavailable:  # the window has a bar of its own for a silent station
            self._show([])
        finally:
            self._asking = False

    def _show(self, shown: list[Shown]) -> None:
        if shown != self.shown:
            self.shown = shown
            self._build()

    def _build(self) -> None:
        clear(self._rows)
        waiting = [one for one in self.shown if not one.note.declined]
        for one in waiting[:AT_ONCE]:
            self._rows.addWidget(self._line(one))
        if len(waiting) > AT_ONCE:
            more = Label(self._context.look, "label", 400, "text2")
            more.setText(self._context.look.counted(words.MORE, len(waiting) - AT_ONCE))
            self._rows.addWidget(more)
        self._bar.setVisible(bool(waiting) and self.card is None)
        self._settle()

    def _line(self, one: Shown) -> QWidget:
        look = self._context.look
        line = QWidget()
        inside = row(line, 0, 10)
        inside.addWidget(Symbol(look, "warning", 20, "bad"))
        said = Label(look, "body", 600)
        name = look.say(self._context.attachment.site.links[one.link].name)
        said.setText(look.say(words.ONE).format(link=name))
        inside.addWidget(said, 1)
        button = Button(look, words.EXAMINE)
        button.clicked.connect(lambda: self.examine(one))
        self._context.gate.guard(button)
        inside.addWidget(button)
        return line

    def examine(self, one: Shown) -> None:
        """Open the card about what one link was shown."""
        self._put_away()
        self.said.hide()
        self.card = CertificateCard(self._context, one, self._decide)
        self._body.addWidget(self.card)
        self._bar.hide()
        self._settle()
        self.card.close_.setFocus()

    def _decide(self, one: Shown, act: str) -> None:
        """`act` is "trust", "distrust", or empty for neither."""
        if act:
            self._context.spawn(self._ask(one, act))
        else:
            self._put_away()
            self._build()

    async def _ask(self, one: Shown, act: str) -> None:
        try:
            await self._context.attachment.ask(act, link=one.link, fingerprint=one.certificate.fingerprint)
        except (Refused, Unavailable) as declined:
            if self.card is not None:
                self.card.say(declined.text if isinstance(declined, Refused) else words.SILENT)
            return
        self.said.say(words.TRUSTED if act == "trust" else words.REFUSED)
        self.said.show()
        self._put_away()
        self._show([other for other in self.shown if other.link != one.link])
        self._build()

    def _put_away(self) -> None:
        card, self.card = self.card, None
        if card is not None:
            card.hide()
            self._body.removeWidget(card)
            card.deleteLater()

    def _settle(self) -> None:
        self.setVisible(self.card is not None or not self._bar.isHidden() or not self.said.isHidden())


class CertificateCard(QFrame):
    """What a person compares, and the three ways out; Escape and the focus are on the one that changes nothing."""

    def __init__(self, context: Context, one: Shown, decide: Callable[[Shown, str], None]) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self._context, self._one, self._decide = context, one, decide
        look = context.look
        self._title = Label(look, "value", 600)
        self._wrong = Label(look, "body", 600)
        self._hint = Label(look, "label", 400, "text2")
        self._said = Label(look, "label", 600)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(16)
        self._facts.setVerticalSpacing(6)
        self._facts.setColumnStretch(1, 1)
        self._labels: list[tuple[Label, Label, Text]] = []
        self.close_ = Button(look, words.CLOSE)
        self.refuse = Button(look, words.REFUSE)
        self.trust = Button(look, words.TRUST, "primary", weight=600)
        self._lay_out()
        context.gate.guard(self.refuse, self.trust)
        for button, act in ((self.close_, ""), (self.refuse, "distrust"), (self.trust, "trust")):
            button.clicked.connect(lambda _=False, act=act: self._press(act))
        self._allow()
        look.changed.connect(self._dress)
        self._dress()

    def _lay_out(self) -> None:
        inside = column(self, 0, 8)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(self._title)
        inside.addWidget(self._wrong)
        for name in (words.SUBJECT, words.ISSUER, words.VALIDITY, words.HOSTS, words.APPLICATION, words.FINGERPRINT):
            self._fact(name)
        if self._one.trusted and self._one.trusted != self._one.certificate.fingerprint:
            self._fact(words.BEFORE)
        inside.addLayout(self._facts)
        for label in (self._title, self._wrong, self._hint, self._said):
            label.setWordWrap(True)
        inside.addWidget(self._hint)
        inside.addWidget(self._said)
        self._said.hide()
        buttons = row()
        buttons.addStretch(1)
        for button in (self.close_, self.refuse, self.trust):
            button.setMinimumHeight(36)
            buttons.addWidget(button)
        inside.addLayout(buttons)

    def _fact(self, name: Text) -> None:
        look, at = self._context.look, len(self._labels)
        title, value = Label(look, "label", 400, "text2"), Label(look, "body", 500)
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts.addWidget(title, at, 0, Qt.AlignmentFlag.AlignTop)
        self._facts.addWidget(value, at, 1)
        self._labels.append((title, value, name))

    def _allow(self) -> None:
        """Who may, and whether it would help."""
        site, user = self._context.attachment.site, self._context.user
        area = site.links[self._one.link].area
        self._may = People(site).holds(user, Role.ENGINEER, area)
        self._helps = bool(words.CURABLE.intersection(self._one.note.problems))
        self.refuse.setEnabled(self._may and self._helps)
        self.trust.setEnabled(self._may and self._helps)

    def say(self, text: Text) -> None:
        """Why the station did not do it."""
        self._said.setText(self._context.look.say(text))
        self._said.show()
        self._allow()

    def _dress(self) -> None:
        look, one = self._context.look, self._one
        link = self._context.attachment.site.links[one.link]
        self._title.setText(look.say(words.TITLE).format(link=look.say(link.name), host=link.url.partition("://")[2]))
        wrong = [words.PROBLEMS[word] for word in one.note.problems if word in words.PROBLEMS]
        self._wrong.setText(" ".join(look.say(text).format(host=one.note.host) for text in wrong))
        facts = self._values()
        for title, value, name in self._labels:
            title.setText(look.say(name))
            value.setText(facts[name])
            if name in (words.FINGERPRINT, words.BEFORE):  # a grid gives a wrapped line too little height
                value.setMinimumHeight(2 * value.fontMetrics().lineSpacing())
        if not self._may:
            role = ROLES[Role.ENGINEER]
            hint = Text(words.RESERVED.fr.format(role=role.fr), words.RESERVED.en.format(role=role.en))
        else:
            hint = words.COMPARE if self._helps else words.USELESS
        self._hint.setText(look.say(hint))

    def _values(self) -> dict[Text, str]:
        look, certificate = self._context.look, self._one.certificate
        since, until = (look.date(at * SECOND) for at in (certificate.since, certificate.until))
        own = certificate.issuer == certificate.subject
        return {
            words.SUBJECT: certificate.subject,
            words.ISSUER: look.say(words.ITSELF) if own else certificate.issuer,
            words.VALIDITY: look.say(words.FROM_TO).format(since=since, until=until),
            words.HOSTS: ", ".join(certificate.hosts) or look.say(words.NONE),
            words.APPLICATION: ", ".join(certificate.uris) or look.say(words.NONE),
            words.FINGERPRINT: grouped(certificate.fingerprint),
            words.BEFORE: grouped(self._one.trusted),
        }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._decide(self._one, "")
        else:
            super().keyPressEvent(event)

    def _press(self, act: str) -> None:
        if act:  # one press, one act
            self.close_.setFocus()
            self.refuse.setEnabled(False)
            self.trust.setEnabled(False)
        self._decide(self._one, act)


def _secured(link: LinkSpec) -> bool:
    """Whether a server's certificate may be what keeps this link down."""
    settings: Any = link.settings
    return getattr(settings, "security", "none") != "none" or getattr(settings, "identity", "anonymous") != "anonymous"
