"""What is true and what should happen: frozen dataclasses and pure functions, without I/O, clock or vendor."""
