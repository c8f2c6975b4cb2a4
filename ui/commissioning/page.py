"""The page of commissioning: look at a controller that no site knows yet, or test an equipment of this one."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QStackedWidget

from supervisor.model import Equipment, Role
from ui.commissioning import words
from ui.commissioning.look_pane import LookPane
from ui.commissioning.trial_pane import TrialPane
from ui.pages import Context, Page
from ui.widgets import Button, Words, column, joined, row


class CommissioningPage(Page):
    """See the module. Nothing is asked of anybody until a button is pressed."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        layout = column(self, spacing=8)
        head = row(spacing=12)
        head.setContentsMargins(4, 2, 4, 0)
        head.addWidget(Words(look, words.TITLE, "title", 600))
        self.buttons = [Button(look, text, "segment") for text in (words.LOOK, words.EQUIPMENT)]
        group = QButtonGroup(self)
        for at, button in enumerate(self.buttons):
            button.setCheckable(True)
            group.addButton(button, at)
        self.look_pane, self.trial_pane = LookPane(context), TrialPane(context)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.look_pane)
        self.stack.addWidget(self.trial_pane)
        group.idClicked.connect(self.stack.setCurrentIndex)
        self.buttons[0].setChecked(True)
        self.allowed = context.user.role >= Role.ENGINEER
        self.refusal = Words(look, words.NOT_YOURS, "value", 500, "text2")
        head.addLayout(joined(self.buttons))
        head.addStretch(1)
        layout.addLayout(head)
        layout.addWidget(self.refusal)
        layout.addWidget(self.stack, 1)
        self.refusal.setVisible(not self.allowed)
        self.stack.setVisible(self.allowed)
        for button in self.buttons:
            button.setVisible(self.allowed)
        if not self.allowed:
            layout.addStretch(1)
        self.setFocusProxy(self.look_pane.url)
        self.destroyed.connect(self.look_pane.child.stop)

    def show_equipment(self, equipment: Equipment) -> None:
        """The equipment under test, and its pane."""
        self.buttons[1].setChecked(True)
        self.stack.setCurrentWidget(self.trial_pane)
        self.trial_pane.show_equipment(equipment)
