"""Trends: live and past values in one plot, fed only with what is on the screen."""
