"""Who sits at this window: watching, signed in, locked; and the panel in which that changes."""
