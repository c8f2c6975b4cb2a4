"""Lint, format, types and import contracts, all of them even when one fails; exit code 1 if any did.

python packaging/check.py           the four
python packaging/check.py --tests   and then every test, whatever the four said: their closing line comes last
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS: dict[str, Sequence[str | Path]] = {
    "lint": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "types": [BIN / "mypy"],
    "import contracts": [BIN / "lint-imports"],
}
TESTS = [sys.executable, "-m", "pytest", "-n", "4", "--durations=15", "--durations-min=5"]


def main(words: list[str]) -> int:
    failed = [name for name, command in CHECKS.items() if not passes(name, command)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr, flush=True)
    if "--tests" in words and not passes("tests", TESTS):
        failed.append("tests")
    return 1 if failed else 0


def passes(name: str, command: Sequence[str | Path]) -> bool:
    print(f"== {name}", flush=True)
    return subprocess.run([str(word) for word in command], cwd=ROOT).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
