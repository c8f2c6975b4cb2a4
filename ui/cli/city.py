"""`vigie city` and `vigie mischief`: the simulated controllers, and how to make them misbehave."""

from __future__ import annotations

import argparse

from simulator import control, process


def city(given: argparse.Namespace) -> int:
    """Run the city until it is stopped."""
    words = [str(given.site), "--seed", str(given.seed), "--control", str(given.control)]
    if given.hour is not None:
        words += ["--hour", str(given.hour)]
    return process.main(words)


def mischief(given: argparse.Namespace) -> int:
    """Tell a running city to do something."""
    return control.main([str(given.control), *given.words])
