"""`vigie city` and `vigie mischief`: the simulated controllers, and how to make them misbehave."""

from __future__ import annotations

import argparse

from simulator import control, process


def city(given: argparse.Namespace) -> int:
    """Run the city until it is stopped."""
    words = [str(given.site), "--seed", str(given.seed), "--control", str(given.control)]
    for name in ("hour", "day"):
        if getattr(given, name) is not None:
            words += [f"--{name}", str(getattr(given, name))]
    return process.main(words)


def mischief(given: argparse.Namespace) -> int:
    """Tell a running city to do something."""
    return control.main([str(given.control), *given.words])
