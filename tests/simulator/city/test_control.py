"""Mischief over the control socket of a real city, and the command line that speaks to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest

from simulator import control
from simulator.control import Control, ask
from simulator.mischief import Unknown
from simulator.process import City
from supervisor.errors import Unavailable
from supervisor.model import Site
from tests.ports import free_port


class Told(City):
    """A city that is lived by hand: its controllers are built but not on the wire."""

    def answer(self, *requests: Sequence[str]) -> list[str]:
        """What the socket says to each request, "!" before a refusal."""
        self.nature.begin(self.wall.now())

        async def scenario() -> list[str]:
            control = Control(self.mischief, 0)
            await control.start()
            try:
                return [await asyncio.to_thread(_ask, control.port, words) for words in requests]
            finally:
                await control.stop()

        return asyncio.run(scenario())


def _ask(port: int, words: Sequence[str]) -> str:
    try:
        return ask(port, words)
    except Unknown as reason:
        return f"!{reason}"


def test_that_what_does_not_exist_is_answered_with_what_comes_closest(angers: Site) -> None:
    answers = Told(angers).answer(
        ["drop", "L-PR-077"], ["stick", "PR-07.lvel"], ["vanish", "A-101"], ["dorp", "L-AP-014"], ["late", "L-AP-014"]
    )
    assert all(answer.startswith("!") for answer in answers)
    for answer, hint in zip(answers, ("L-PR-07", "PR-07.level", "A-1001", "drop", "LINK SECONDS"), strict=True):
        assert hint in answer


def test_that_numbers_are_checked(angers: Site) -> None:
    answers = Told(angers).answer(
        ["rain", "much", "5"], ["time", "25"], ["late", "L-AP-014", "-1"], ["incidents", "no"]
    )
    assert [answer[0] for answer in answers] == ["!"] * 4
    assert "'much' is not a number" in answers[0]


def test_that_a_tag_is_set_held_and_released(angers: Site) -> None:
    city = Told(angers)
    city.answer(["set", "PR-07.level", "4.1"])
    assert city.world.value[angers.tag_by_id["PR-07.level"].index] == 4.1
    city.nature.step(city.wall.now(), 0.5)
    assert city.world.value[angers.tag_by_id["PR-07.level"].index] == 4.1
    answers = Told(angers).answer(["set", "PR-07.level", "4.1"], ["list"], ["release", "PR-07.level"], ["list"])
    assert "PR-07.level held at 4.1" in answers[1]
    assert "PR-07.level" not in answers[3]


def test_that_a_strike_is_felt_where_it_is_meant(angers: Site) -> None:
    city = Told(angers)
    answers = city.answer(
        ["strike", "PR-07.P2", "trip", "5"], ["strike", "PR-07", "tripp", "5"], ["strike", "PR-07.P9", "trip", "5"]
    )
    city.nature.step(city.wall.now(), 0.5)
    states = [city.world.value[angers.tag_by_id[f"PR-07.P{n}.state"].index] for n in (1, 2, 3)]
    assert states[1] == 2.0
    assert 2.0 not in (states[0], states[2])
    assert "did you mean trip" in answers[1]
    assert answers[2].startswith("!")


def test_that_rain_and_time_change_the_weather(angers: Site) -> None:
    city = Told(angers)
    city.answer(["time", "23.5"], ["rain", "15", "30"])
    city.nature.step(city.wall.now() + 10**9, 0.5)
    assert city.nature.moment.hour == pytest.approx(23.5, abs=0.05)
    assert city.nature.moment.sky.rain >= 15
    assert city.nature.moment.sky.lux < 1


def test_that_only_a_device_behind_a_broker_vanishes(angers: Site) -> None:
    answers = Told(angers).answer(["vanish", "A-1001"], ["list"], ["vanish", "PR-07"], ["restore", "L-MQTT"], ["list"])
    assert "A-1001 vanished" in answers[1]
    assert "drop L-PR-07" in answers[2]
    assert "A-1001" in answers[3]
    assert "vanished" not in answers[4]


def test_that_nonsense_on_the_socket_is_answered_and_harms_nobody(angers: Site) -> None:
    city = Told(angers)
    city.nature.begin(city.wall.now())

    async def scenario() -> list[bool]:
        control = Control(city.mischief, 0)
        await control.start()
        oks = []
        for line in (b"drop everything\n", b'{"words": 3}\n', b'["list"]\n', b'{"words": ["list"]}\n'):
            reader, writer = await asyncio.open_connection("127.0.0.1", control.port)
            writer.write(line)
            oks.append(json.loads(await reader.readline())["ok"])
            writer.close()
            await writer.wait_closed()
        await control.stop()
        return oks

    assert asyncio.run(scenario()) == [False, False, False, True]


def test_that_the_command_line_says_that_no_city_is_there(angers: Site, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    assert control.main([str(port), "list"]) == 1
    assert f"no city answers on port {port}" in capsys.readouterr().err
    with pytest.raises(Unavailable):
        ask(port, ["list"])


def test_that_every_act_of_the_help_exists(angers: Site) -> None:
    acts = City(angers).mischief.acts
    assert set(acts) == {word for word in acts if word in control.USAGE}
