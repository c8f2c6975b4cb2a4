"""The page of links: how every controller answers."""
