"""A traced system as SBML Level 3 without units: a parameter with a rate rule for each state, dosing as events.

What changes at an event (``from_inputs``) is set by that event from parameters of its own, so that one loaded model
serves every patient: nothing is compiled anew. (What a user exports is written by the package, with units and names.)
"""

from __future__ import annotations

from courses import Course
from printed import Dialect, Text

from trimer.engine.graph import POWER_FLOOR, Op


def _apply(name: str, arguments: str = "{0}") -> str:
    return f"<apply><{name}/>{arguments}</apply>"


def _number(value: float) -> str:
    mantissa, _, exponent = repr(float(value)).partition("e")
    if exponent:
        return f'<cn type="e-notation">{mantissa}<sep/>{int(exponent)}</cn>'
    return f"<cn>{mantissa}</cn>"


def _name(form: str) -> str:
    return f"<ci>{form}</ci>"


# Tools watch the branches of a piecewise function as if they were events; |x| + floor differs by rounding only.
FLOOR = _apply("plus", f"<apply><abs/>{{0}}</apply>{_number(POWER_FLOOR)}")
MATHML = Dialect(
    *map(_name, ("y{}", "c{}", "p{}", "u{}", "v{}")),
    _number,
    {
        Op.ADD: _apply("plus", "{0}{1}"),
        Op.SUB: _apply("minus", "{0}{1}"),
        Op.MUL: _apply("times", "{0}{1}"),
        Op.NEG: _apply("minus"),
        Op.INV: _apply("divide", "<cn>1.0</cn>{0}"),
        Op.EXP: _apply("exp"),
        Op.LOG: _apply("ln"),
        Op.SQRT: _apply("root"),
        Op.FLOOR: FLOOR,
    },
)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" '
    'level="3" version="1">\n<model id="benchmark">\n'
)
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">{}</math>'
TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'


def sbml(text: Text, course: Course | None = None) -> str:
    """Return the model, with the dosing of ``course`` as events where it is given.

    The parameters are ``y<i>`` (states), ``c<k>`` (constants between events), ``v<n>`` (statements) and, for event
    number *e*, ``c<k>e<e>`` (what that event sets ``c<k>`` to).
    """
    printed = text.derivatives(MATHML)
    n, changing = text.trace.n_states, text.from_inputs()
    switches = range(1, len(course.segments)) if course else ()
    names = [f"y{i}" for i in range(n)] + [name[4:-5] for name, _ in printed.statements]
    fixed = [f"c{k}" for k in range(len(text.slots)) if not (course and k in changing)]
    moved = [f"c{k}" for k in changing] if course else []
    fixed += [f"c{k}e{e}" for e in switches for k in changing]
    lines = [f'<parameter id="{x}" value="1" constant="false"/>' for x in (*names, *moved)]
    lines += [f'<parameter id="{x}" value="1" constant="true"/>' for x in fixed]
    rules = [f'<assignmentRule variable="{a[4:-5]}">{MATH.format(x)}</assignmentRule>' for a, x in printed.statements]
    rules += [f'<rateRule variable="y{i}">{MATH.format(x)}</rateRule>' for i, x in enumerate(printed.targets)]
    parts = ["<listOfParameters>", *lines, "</listOfParameters>", "<listOfRules>", *rules, "</listOfRules>"]
    if course and len(course.segments) > 1:
        parts += ["<listOfEvents>", *(_event(course, e, changing) for e in switches), "</listOfEvents>"]
    return HEAD + "\n".join(parts) + "\n</model>\n</sbml>\n"


def _event(course: Course, e: int, changing: list[int]) -> str:
    """Return event ``e``: at the start of that segment, set what depends on inputs and add boluses to states."""
    segment = course.segments[e]
    when = MATH.format(f"<apply><geq/>{TIME}{_number(segment.start)}</apply>")
    sets = [(f"c{k}", f"<ci>c{k}e{e}</ci>") for k in changing]
    sets += [
        (f"y{i}", f"<apply><plus/><ci>y{i}</ci>{_number(amount)}</apply>")
        for i, amount in enumerate(segment.added)
        if amount
    ]
    made = "".join(f'<eventAssignment variable="{a}">{MATH.format(x)}</eventAssignment>' for a, x in sets)
    return (
        f'<event id="e{e}" useValuesFromTriggerTime="true"><trigger initialValue="true" persistent="true">{when}'
        f"</trigger><listOfEventAssignments>{made}</listOfEventAssignments></event>"
    )
