"""Untrusted files, parsed once by a limited process into a neutral form on disk."""
