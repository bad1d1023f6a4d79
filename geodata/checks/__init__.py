"""The import doctor's checks: one module for each thing that can be found out about a file."""
