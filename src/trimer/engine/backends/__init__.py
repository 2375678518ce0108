"""Ways of solving a problem, one a file."""
