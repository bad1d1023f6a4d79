"""Compiled loops that call one another: their machine code is kept until any of them changes."""
