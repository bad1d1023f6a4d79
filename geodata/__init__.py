"""Files in and out: readers, coordinate systems, checks and the demonstration district."""
