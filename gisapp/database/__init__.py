"""The one truth: connections, statements, the private cluster and the schema."""
