"""OpenStreetMap extracts to the layers of the map."""
