"""Spatial queries: one module each, found by walking this package."""
