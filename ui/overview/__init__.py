"""The first page: the whole city at a glance, by system and by area."""
