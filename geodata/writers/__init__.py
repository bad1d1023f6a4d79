"""Tables to files: one writer for each format, from a stream of chunks, in flat memory."""
