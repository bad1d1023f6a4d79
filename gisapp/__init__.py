"""The map server: database, access, analyses, maps, web pages, API and command line."""
