"""Durable jobs: what takes longer than a request may, with progress, cancel, retry, schedule."""
