"""Where news comes from, one file a kind: bytes in, entries and articles out. Nothing here fetches."""
