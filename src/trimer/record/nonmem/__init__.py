"""Event tables as NONMEM, mrgsolve, nlmixr2 and Monolix read them, and the dictionary that says what is in them."""
