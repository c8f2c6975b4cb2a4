"""Questions of pages: what was asked for last is what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from supervisor.clock import SystemClock
from supervisor.errors import Unavailable
from ui.asking import NO_ANSWER, Question


def test_that_an_answer_that_was_overtaken_is_not_shown() -> None:
    async def scenario() -> None:
        loop, told, declined = asyncio.get_running_loop(), list[Any](), list[Any]()
        asked: list[asyncio.Future[Mapping[str, Any]]] = []
        running: list[asyncio.Task[None]] = []

        def ask(act: str) -> asyncio.Future[Mapping[str, Any]]:
            asked.append(loop.create_future())
            return asked[-1]

        context: Any = SimpleNamespace(
            attachment=SimpleNamespace(ask=ask),
            clock=SystemClock(),
            spawn=lambda work: running.append(loop.create_task(work)),
        )
        question = Question(context, "shift", 3600.0, told.append, declined.append)
        question.slow()
        question.again()
        await asyncio.sleep(0)
        asked[1].set_result({"number": 2})
        asked[0].set_result({"number": 1})
        await asyncio.gather(*running)
        assert told == [{"number": 2}]
        question.slow()
        assert len(running) == 2, "it is not time yet"
        question.again()
        await asyncio.sleep(0)
        asked[2].set_exception(Unavailable("nobody"))
        await asyncio.gather(*running)
        assert declined == [NO_ANSWER]

    asyncio.run(scenario())
