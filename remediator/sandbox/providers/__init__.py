"""One module per ARM resource family: what it answers to GET, PUT, PATCH, POST and DELETE."""
