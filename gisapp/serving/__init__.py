"""Running the server: one start per checkout, its port, its processes."""
