"""Rounds: a command for many equipment, tried on few before it goes to all."""
