"""The jobs that can be started, one module each; ``gisapp.jobs.catalogue`` finds them."""
