"""Azure DevOps Repos and Azure DevOps Server: where repositories and pull requests are kept."""
