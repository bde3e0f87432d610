"""GitHub and GitHub Enterprise Server: where repositories and pull requests are kept."""
