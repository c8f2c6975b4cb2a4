"""Veil: what a rewound window shows in the place of a page that only knows the present.

Such a page would go on showing what it was told last, within a frame that says it was so then.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from ui.look import Look
from ui.past import words
from ui.widgets import Button, Card, Words, column


class Veil(Card):
    """See the module."""

    left = Signal()
    """Back to the present, please."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        layout = column(self, 24, 12)
        self.leave = Button(look, words.LEAVE, "primary", "right", 600)
        self.leave.clicked.connect(self.left)
        self.setFocusProxy(self.leave)
        layout.addStretch(1)
        for said, size, weight in ((words.ONLY_NOW, "title", 600), (words.ONLY_NOW_WHY, "body", 400)):
            line = Words(look, said, size, weight, "text" if weight > 400 else "text2")
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            line.setWordWrap(True)
            layout.addWidget(line)
        layout.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
