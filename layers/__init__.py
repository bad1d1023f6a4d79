"""The vocabulary: what a layer is, and one declaration per layer."""
