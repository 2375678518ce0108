"""The library: drugs, regimens, cases, parameters as data files. The folder is the registry."""
