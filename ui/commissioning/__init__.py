"""Commissioning: what a look at a controller found, as lines, tables and paper; the sheet of an equipment; the page."""
