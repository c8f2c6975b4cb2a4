"""`vigie check SITE`: every mistake at once, each with its place and its remedy."""

from __future__ import annotations

import argparse
from datetime import date

import drivers
from supervisor import mistakes
from supervisor.errors import SiteError
from supervisor.schedule.overlaps import cut_windows, precedence
from supervisor.site import load
from supervisor.site.calendars import warnings
from supervisor.site.programmes import schedule_of
from ui.cli import run_said
from ui.cli.said import Speech


def check(given: argparse.Namespace) -> int:
    """0 and a summary, or SiteError with all of them."""
    site = load(given.site, drivers.TABLE)
    say = Speech(given, site)
    from ui.synoptic.lint import lint
    from ui.synoptic.page import load_pages

    pages, problems = load_pages(site)
    problems = [*problems, *lint(site, pages)]
    if problems:
        raise SiteError(sorted(problems))
    for warning in warnings(site, date.today()):
        print(say(run_said.WARNING, mistakes.told(warning, say.language)))
    schedule = schedule_of(site)
    for cut in cut_windows(schedule, date.today().year):
        print(say(run_said.WARNING, mistakes.said(cut, say.language)))
    for line in precedence(schedule):
        print(say(run_said.NOTE, mistakes.said(line, say.language)))
    counts = map(len, (site.equipment, site.links, site.tags, site.alarms, pages))
    print(say(run_said.SOUND, given.site, *counts))
    return 0
