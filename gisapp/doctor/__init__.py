"""The operator's checks: each a small function that looks at one thing and says what is wrong."""
