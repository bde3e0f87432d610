"""Folders that the program owns: what it is responsible for of a registry's private access, declared in full.

`folder` writes them. `held` says what stands in one, `owner` in which one a change belongs, `marks` reads back what the
tree holds, `unsaid` and `handover` say what code cannot; `bicep*` and `terraform*` know one language each.
"""
