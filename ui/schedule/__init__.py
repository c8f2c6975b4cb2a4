"""The page of programmes: a year as a picture, a day in detail, what stands against the plan, and paper of it."""
