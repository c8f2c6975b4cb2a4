"""The page of those who are on call."""
