"""What is seen leaves as a page: title block, curves, figures; in both languages, whatever the theme of the screen."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPageLayout

from supervisor.clock import SECOND
from supervisor.desk.notes import Note
from tests.ui.town import ANNE, NOW
from tests.ui.trend.conftest import LEVEL, RAIN, STATE
from ui.a4 import ACROSS
from ui.trend import paper, words
from ui.trend.comparison import COMPARISONS

T = NOW / SECOND


@pytest.fixture
def full(page, window, settle):
    site = window.context.attachment.site
    page.view.add([site.tag_by_id[id_] for id_ in (RAIN, STATE)])
    page.view.cursors.select(T - 3000, T - 600)
    page.view.compare(COMPARISONS)
    instants = [round((T - 100 * n) * SECOND) for n in range(24, 0, -1)]
    page.view.plot.show_notes([Note(n, at, f"note {n}", LEVEL, "anne") for n, at in enumerate(instants)])
    settle(lambda: not page.view.reading and all(pen.summary for pen in page.view.pens))
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_that_a_page_is_a_light_pdf_across_in_either_language(full, window, tmp_path, theme, language):
    window.context.look.use(theme=theme, language=language)
    said = []
    full.view.said.connect(said.append)
    full.view.outlet.save(str(tmp_path / "page.pdf"))
    content = (tmp_path / "page.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert len(content) > 20_000
    assert said == [window.context.look.say(words.SAVED).format(tmp_path / "page.pdf")]
    assert window.context.look.theme.name == theme


def test_that_printing_leaves_the_plot_on_the_screen_as_it_was(full, tmp_path):
    pens = list(full.view.pens)
    items = [pen.item for pen in pens]
    marks = list(full.view.plot.shown.marks)
    full.view.outlet.save(str(tmp_path / "page.pdf"))
    assert [pen.item for pen in full.view.pens] == items
    assert all(item.scene() is full.view.plot.scene() for item in items)
    assert full.view.plot.shown.marks == marks


def test_that_the_page_says_whose_when_and_in_which_time(full, window, monkeypatch, tmp_path):
    written = []
    usual = paper._Page._text

    def text_of(self, place, text, *more):
        written.append(text)
        usual(self, place, text, *more)

    monkeypatch.setattr(paper._Page, "_text", text_of)
    full.view.outlet.save(str(tmp_path / "page.pdf"))
    text = "\n".join(written)
    assert window.context.look.say(window.context.attachment.site.name) in text
    assert "dim. 22 nov. 2026 13:32:07  →  dim. 22 nov. 2026 14:32:07" in text
    assert "Heure locale Europe/Paris (UTC+01:00) · durée 1 h 00" in text
    assert "Veille · Semaine précédente" in text
    assert f"Édité le dim. 22 nov. 2026 14:32:07 par {ANNE.name}" in text
    assert f"({LEVEL})" in text
    assert "autres annotations" in text


def test_that_a_folder_that_is_not_there_is_said_and_nothing_else_happens(full, tmp_path, caplog):
    said = []
    full.view.said.connect(said.append)
    full.view.outlet.save(str(tmp_path / "nowhere" / "page.pdf"))
    assert said == ["La page n'a pas pu être écrite : vérifiez le dossier, le disque ou l'imprimante."]


def test_that_the_page_is_a4_across():
    assert ACROSS.orientation() is QPageLayout.Orientation.Landscape


def test_that_the_menu_offers_table_page_and_printer(page):
    page.view.bar.save.click()
    assert [act.text() for act in page.view.outlet.menu.actions()] == ["Tableau CSV…", "Page PDF…", "Imprimer…"]
    page.view.outlet.menu.hide()
