"""Commands that print need an application of Qt; one that they make themselves would be in the way of every window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    """The one of all tests, made before a command makes a lesser one."""
    return qapp
