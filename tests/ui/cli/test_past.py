"""The made-up past of the demo: what the formulas and groups of the site make of it is in it too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import drivers
from supervisor.historian.history import History
from supervisor.historian.samples import Samples
from supervisor.model import Quality
from supervisor.site import load
from tests.journeys.conftest import BARE, CABINETS, small_city
from ui.cli.past import fill
from ui.folder import DataFolder

KEPT = {*BARE, "groups.toml", "lighting.csv", "water.csv"}


def test_that_totals_have_a_past_that_is_the_sum_of_their_parts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = load(small_city(tmp_path, (*CABINETS, "L-PR-02"), lambda name: name in KEPT), drivers.TABLE)
    folder = DataFolder(tmp_path / "data")
    fill(site, folder, 0.5)
    history = History(folder.history)
    end = history.known()

    def samples(tag: str) -> Samples:
        return history.samples(tag, 0, end)

    try:
        cabinets = [f"{link.removeprefix('L-')}.M.p" for link in CABINETS]
        total = samples("ECL-alm.power")
        assert total.time.tolist() == samples(cabinets[0]).time.tolist()
        np.testing.assert_allclose(total.value, sum(samples(tag).value for tag in cabinets))
        assert set(samples("ECL-alm.power_good").value) == {100.0}
        pumps = [samples(f"{pump.id}.state").value == 1 for pump in site.parts_by_equipment["PR-02"]]
        assert samples("PR-02.running").value.tolist() == np.sum(pumps, axis=0).tolist(), "of parts"
        assert samples("EAU.running").value.tolist() == samples("PR-02.running").value.tolist(), "and a group of them"
        assert (total.quality == Quality.GOOD).all()
    finally:
        history.close()
    assert "samples" in capsys.readouterr().err
