"""What the house says of itself: layers, names, sizes, and that everything named is documented."""
