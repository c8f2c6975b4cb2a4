"""The window's end of the station: nobody there, somebody there, somebody else there, the wrong one there."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from alarms.engine import FIELDS
from supervisor import notice
from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.desk.board import FIELDS as BOARD
from supervisor.errors import Unavailable
from supervisor.flow import Batch
from supervisor.model import Quality
from supervisor.table import TagTable
from supervisor.texts import Texts
from tests.supervisor.plant import site
from ui.attach import RemoteAttachment
from ui.folder import DataFolder
from ui.live import Live

NOW = 1_700_000_000 * SECOND
SITE = replace(site(), fingerprint="mine")


@pytest.fixture
def folder(tmp_path):
    folder = DataFolder(tmp_path)
    folder.make()
    return folder


def station(folder: DataFolder, token: str, fingerprint: str = "mine") -> TagTable:
    """What a station leaves for windows to see."""
    files = folder.fresh_columns()
    table = TagTable(SITE.tags, files.tags, Texts.create(files.texts))
    table.columns.beat = NOW
    Columns.create(len(SITE.alarms), FIELDS, files.alarms)
    Columns.create(len(SITE.equipment), BOARD, files.equipment)
    notice.post(folder.station, notice.Notice(1, token, os.getpid(), fingerprint, files.folder.name))
    return table


def test_that_a_window_without_a_station_shows_nothing_as_alive(folder):
    attachment = RemoteAttachment(SITE, folder, "op")
    live = Live(attachment.table)
    live.pull(NOW)
    assert not live.alive
    assert set(live.quality.tolist()) == {Quality.NOT_CONNECTED}
    with pytest.raises(Unavailable):
        asyncio.run(attachment.ask("ping"))


def test_that_a_station_that_comes_is_taken_over_and_so_is_the_next(folder):
    attachment = RemoteAttachment(SITE, folder, "op")
    station(folder, "first").apply(Batch.of([0], 1.0, NOW), NOW)
    assert attachment.renew()
    assert not attachment.renew()
    assert attachment.table["value"][0] == 1.0
    station(folder, "second").apply(Batch.of([0], 2.0, NOW), NOW)
    assert attachment.renew()
    assert attachment.table["value"][0] == 2.0


@pytest.mark.logs("another version of the site folder")
def test_that_a_station_on_another_version_of_the_site_is_left_alone(folder):
    attachment = RemoteAttachment(SITE, folder, "op")
    before = attachment.table
    station(folder, "first", fingerprint="other")
    assert not attachment.renew()
    assert attachment.table is before
