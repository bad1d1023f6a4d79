"""The Folium map pages: layers, legend, assets."""
