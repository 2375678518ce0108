"""Status of the central nervous system, one published definition a file."""
