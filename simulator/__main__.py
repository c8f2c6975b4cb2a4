"""`python -m simulator SITE`: the city in a process of its own."""

from simulator.process import main

if __name__ == "__main__":
    raise SystemExit(main())
