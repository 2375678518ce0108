"""A patient's twin: the posterior of one patient's parameters, and what it foretells."""
