"""What works for any layer: read, tiles, clusters, search, importing."""
