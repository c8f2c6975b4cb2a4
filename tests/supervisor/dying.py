"""A process that ends as by a kill -9, at the moment a test chose."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from supervisor.database import SqliteDatabase
from supervisor.journal import Journal

T = TypeVar("T")


def dies(journal: Journal, transactions: int) -> None:
    """End this process in the writer's thread as soon as so many more transactions are safe on disk."""
    submit, left = journal.submit, [transactions]

    def counted(work: Callable[[SqliteDatabase], T]) -> Future[T]:
        left[0] -= 1
        if left[0] < 0:  # never written: the writer would take it into the same transaction
            return Future()
        future = submit(work)
        if left[0] == 0:
            future.add_done_callback(lambda _: os.kill(os.getpid(), signal.SIGKILL))
        return future

    journal.submit = counted  # type: ignore[method-assign]
