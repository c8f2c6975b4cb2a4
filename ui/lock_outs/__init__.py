"""The page of lock-outs, and of commands that wait for a person."""
