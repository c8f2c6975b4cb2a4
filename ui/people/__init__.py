"""The page of people, for administrators."""
