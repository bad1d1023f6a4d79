"""Files on their way into a layer: received, checked, shown, applied, taken back."""
