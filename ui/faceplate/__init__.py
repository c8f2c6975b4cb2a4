"""The faceplate: one equipment close up: how it is, why, and what an operator may do to it."""
