"""Windows, pages, command line: draws and asks, decides nothing. The only layer that knows Qt."""
