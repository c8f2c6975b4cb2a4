"""`python -m ui.cli …`, the same as `vigie …`."""

import sys

from ui.cli import main

if __name__ == "__main__":
    sys.exit(main())
