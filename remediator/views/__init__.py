"""Words and layouts for people and programs: pure, except that templates are read from the package."""
