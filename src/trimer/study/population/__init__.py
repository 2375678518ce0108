"""Virtual patients of a population: who they are, what their parameters are, how far their disease has come."""
