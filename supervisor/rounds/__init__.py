"""Rounds: one command for many equipment, tried on few before it goes to all.

wish ─> targets ─> dry run ─> kept ─ released ─> 1 % ─ held ─ released ─> 10 % ─ held ─ released ─> 100 %
`plan`             `trial`    `store`             `runner`: asks the Desk, like anybody else
"""
