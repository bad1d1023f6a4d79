"""HTTP: thin handlers that parse, authorise, call and render."""
