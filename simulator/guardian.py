"""Guardian: runs one program and ends it when its own standard input closes, that is when its parent is gone.

Started by path, with nothing but the standard library: an operating system closes a dead parent's pipes however it
died, on every platform, which no signal or exit handler can promise.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence


def guard(command: Sequence[str]) -> int:
    """Run `command` until it ends or standard input does; returns its exit code."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def watch() -> None:
        sys.stdin.buffer.read()
        child.terminate()

    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(guard(sys.argv[1:]))
