"""The doors of the terminal: one file for each command, loaded when it is called."""
