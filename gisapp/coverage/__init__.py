"""Camera coverage: what is seen, what is not, and where more cameras would help most."""
