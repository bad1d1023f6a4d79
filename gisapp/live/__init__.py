"""News of changes for open maps: heard from the database, told to whoever may know."""
