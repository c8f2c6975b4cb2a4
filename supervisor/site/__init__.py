"""The site folder -> `Site`, or every problem in it."""
