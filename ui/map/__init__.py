"""The city from above: streets drawn once into a picture, equipment drawn over it every tick."""
