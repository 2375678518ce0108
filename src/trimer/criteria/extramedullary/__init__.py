"""Response of extramedullary disease, one published definition a file."""
