"""Results for people: figures, HTML, terminal tables."""
