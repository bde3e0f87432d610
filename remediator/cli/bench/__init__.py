"""How fast, in how much memory? Benchmarks of parts of the program, run on made-up estates."""
