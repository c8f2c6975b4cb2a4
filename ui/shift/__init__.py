"""The page of the shift book."""
