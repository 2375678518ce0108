"""A traced system in DiffSL, the language of diffsol: inputs are ``c`` and the start, states start where inputs say."""

from __future__ import annotations

from printed import ARITHMETIC, Dialect, Text

DIFFSL = Dialect("y{}", "c{}", "p{}", "u{}", "v{}", repr, ARITHMETIC)


def diffsl(text: Text) -> str:
    """Return the model; its inputs are ``c``, then the states at the start."""
    n = text.trace.n_states
    printed = text.derivatives(DIFFSL)
    inputs = [f"c{k} = 1.0" for k in range(len(text.slots))] + [f"b{i} = 1.0" for i in range(n)]
    lines = ["in_i {", *(f"  {x}," for x in inputs), "}"]
    lines += ["u_i {", *(f"  y{i} = b{i}," for i in range(n)), "}"]
    lines += [f"{name} {{ {expression} }}" for name, expression in printed.statements]
    lines += ["F_i {", *(f"  {x}," for x in printed.targets), "}"]
    return "\n".join(lines) + "\n"
