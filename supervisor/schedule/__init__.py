"""Schedules: what equipment should do by the sun and the calendar, and who sees to it.

    sun · calendars ─> times ─> plan ─> scheduler ─> Desk        pure up to the plan: a state for any instant

The plan is a function of the instant alone: nothing of it is remembered, so nothing of it can be missed. The scheduler
compares it with what the field says and asks the Desk, as any operator would; it writes nothing itself.
"""
