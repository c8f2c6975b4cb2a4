"""Scales of the plot: pens of one unit share one, each can be folded away, and eight pens are told apart by anyone."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.trend.conftest import LEVEL, RAIN, STATE
from ui.theme.theme import NAMES, Theme
from ui.trend.badge import dash
from ui.trend.pen import MOST_PENS
from ui.trend.scales import scales_of

DEUTAN = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]])
PROTAN = np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]])
"""Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB."""


def by_id(page, *ids):
    return [page.context.attachment.site.tag_by_id[id_] for id_ in ids]


def test_that_pens_of_one_unit_share_one_scale_that_holds_both(page):
    page.view.show_only(by_id(page, LEVEL, "PR02.level", RAIN))
    first, second, rain = page.view.pens
    assert [len(scale.pens) for scale in scales_of(page.view.pens)] == [2, 1]
    assert (first.low, first.high) == (second.low, second.high)
    assert page.view.plot.scales.columns()[0][0].pens == (first, second)
    page.view.legend.parted.emit(second)
    assert [scale.pens for scale in page.view.plot.scales.scales] == [(first,), (second,), (rain,)]


def test_that_the_scale_of_the_chosen_pen_stands_next_to_the_curves(page):
    page.view.show_only(by_id(page, LEVEL, RAIN, STATE))
    page.view.choose(page.view.pens[2])
    assert page.view.plot.scales.columns()[0][0].pens == (page.view.pens[2],)
    QTest.keyClick(page.view, Qt.Key.Key_2)
    assert page.view.plot.scales.columns()[0][0].pens == (page.view.pens[1],)


def test_that_a_scale_folds_by_key_and_by_a_click_on_its_head_and_gives_its_room_to_the_curves(page):
    page.view.show_only(by_id(page, LEVEL, RAIN))
    axis = page.view.plot.scales
    before = axis.width()
    QTest.keyClick(page.view, Qt.Key.Key_F)
    QApplication.processEvents()
    assert axis.columns()[0][2]
    assert axis.width() < before
    axis.turned.emit(axis.columns()[0][0].key)
    QApplication.processEvents()
    assert axis.width() == before


def test_that_the_farthest_scales_fold_by_themselves_where_there_is_no_room(page):
    page.view.show_only(by_id(page, LEVEL, RAIN, STATE))
    axis = page.view.plot.scales
    axis.room = 110.0
    folded = [folded for _, _, folded in axis.columns()]
    assert folded[0] is False
    assert folded[-1] is True


def test_that_the_dock_shows_the_scale_of_the_chosen_pen_alone(page):
    axis = page.view.plot.scales
    page.view.show_only(by_id(page, LEVEL, RAIN))
    axis._single = True
    assert [scale.pens for scale, _, _ in axis.columns()] == [(page.view.pens[0],)]


@pytest.mark.parametrize("theme", NAMES)
def test_that_every_pen_stands_out_from_the_plot(theme):
    ground = luminance(linear(theme, "canvas"))
    for number in range(1, MOST_PENS + 1):
        light, dark = sorted((luminance(linear(theme, f"pen{number}")), ground), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, number


@pytest.mark.parametrize("theme", NAMES)
@pytest.mark.parametrize("eyes", [np.eye(3), DEUTAN, PROTAN], ids=["all cones", "deuteranopia", "protanopia"])
def test_that_two_pens_that_look_alike_differ_in_their_stroke(theme, eyes):
    seen = {number: lab(np.clip(eyes @ linear(theme, f"pen{number}"), 0, 1)) for number in range(1, MOST_PENS + 1)}
    alike = [pair for pair in combinations(seen, 2) if np.linalg.norm(seen[pair[0]] - seen[pair[1]]) < 9]
    assert not [pair for pair in alike if dash(pair[0]) == dash(pair[1])]


def linear(theme, token):
    srgb = np.array(Theme(theme).color(token).getRgbF()[:3])
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def luminance(rgb):
    return float(rgb @ [0.2126, 0.7152, 0.0722])


def lab(rgb):
    """CIE Lab under D65; distances of some 2 are just seen side by side."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(matrix) @ rgb / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
