"""A value by hand, from the faceplate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

from supervisor.clock import HandClock
from supervisor.errors import Refused
from supervisor.model import Quality, Role, Text, User
from tests.ui.bench import Bench
from tests.ui.town import NOW
from ui.faceplate.measures import Measure
from ui.faceplate.panel import Content
from ui.faceplate.substitute import STANDS
from ui.seat import Session
from ui.tasks import Tasks
from ui.values import shown

CHIEF = User("chief", "C. Chef", Role.SUPERVISOR)
CLERK = User("clerk", "C. Clerc", Role.OPERATOR)
Until = Callable[[Callable[[], bool]], None]


class Station(Bench):
    async def ask(self, act, **words):
        if act != "substitute":
            return await super().ask(act, **words)
        self.asked.append((act, words))
        if self.refusal:
            raise self.refusal
        return {"standing": 1}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path, HandClock(NOW))
    made.calm()
    yield made
    made.close()


def faceplate(station: Station, loop, user: User, id_: str = "PR-02") -> Content:
    context = replace(station.context(Tasks(loop).spawn), session=Session(user))
    content = Content(context, station.site.equipment_by_id[id_])
    content.resize(336, 900)
    content.show()
    return content


def level(content: Content) -> Measure:
    return next(one for one in content.measures if isinstance(one, Measure) and one.tag.id == "PR-02.level")


def right_click(measure: Measure) -> None:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), measure.mapToGlobal(QPoint(5, 5)))
    measure.contextMenuEvent(event)


def test_that_a_right_click_asks_for_value_and_reason_and_sends_both(station, loop, until: Until) -> None:
    content = faceplate(station, loop, CHIEF)
    right_click(level(content))
    card = content.substitute
    assert card.isVisible()
    assert not card.confirm.isEnabled()
    QTest.keyClicks(card.value, "2,5")
    assert not card.confirm.isEnabled(), "not without a reason"
    card.reason.setText("sonde envasée")
    card.confirm.click()
    until(lambda: not card.isVisible())
    assert station.asked == [("substitute", {"tag": "PR-02.level", "value": 2.5, "reason": "sonde envasée"})]
    content.stop()
    content.deleteLater()


def test_that_a_refusal_is_read_at_the_card(station, loop, until: Until) -> None:
    content = faceplate(station, loop, CHIEF)
    station.refusal = Refused("right", Text("Vous n'avez pas le droit.", "You have no right."))
    right_click(level(content))
    QTest.keyClicks(content.substitute.value, "2.5")
    QTest.keyClicks(content.substitute.reason, "x")
    content.substitute.confirm.click()
    until(lambda: content.substitute.said.text() == "Vous n'avez pas le droit.")
    assert content.substitute.isVisible()
    QTest.keyClick(content.substitute, Qt.Key.Key_Escape)
    assert not content.substitute.isVisible()
    content.stop()
    content.deleteLater()


def test_that_a_value_by_hand_has_a_star_and_is_let_go_by_the_same_way(station, loop, until: Until) -> None:
    station.put({"PR-02.level": 2.5}, Quality.SUBSTITUTED)
    content = faceplate(station, loop, CHIEF)
    context = content.context
    assert shown(level(content).tag, context.live, station.texts, context.look).text.endswith("*")
    assert "valeur de remplacement" in content._quality.text()
    right_click(level(content))
    assert content.substitute._why.text() == STANDS.fr
    content.substitute.confirm.click()
    until(lambda: bool(station.asked))
    assert station.asked == [("substitute", {"tag": "PR-02.level", "value": None, "reason": ""})]
    content.stop()
    content.deleteLater()


def test_that_an_operator_is_offered_nothing(station, loop) -> None:
    content = faceplate(station, loop, CLERK)
    right_click(level(content))
    assert not content.substitute.isVisible()
    content.stop()
    content.deleteLater()
