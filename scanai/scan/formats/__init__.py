"""One module for each scan file format: what it reads, and what it writes, in one place."""
