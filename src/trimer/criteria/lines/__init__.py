"""Lines of therapy: counted by switchable rules, every statement with the rule, the reason and the events behind it.

``count(course, LineRules())`` answers with lines, salvage numbers, regimens, remissions, relapses, refractoriness, and
what the patient counted as at each start of treatment. It works on recorded and simulated courses alike.
"""

from trimer.criteria.lines.classes import TOWER
from trimer.criteria.lines.count import count
from trimer.criteria.lines.history import MONTH, Relapse, Remission, Span, Statement, Window, months_text
from trimer.criteria.lines.result import Count, Line, LinesOfTherapy, Open, Start, Treatment
from trimer.criteria.lines.rules import RULES, LineRules, RuleField, list_rules, parse
from trimer.criteria.lines.treatments import LeftOut

__all__ = [
    "MONTH",
    "RULES",
    "TOWER",
    "Count",
    "LeftOut",
    "Line",
    "LineRules",
    "LinesOfTherapy",
    "Open",
    "Relapse",
    "Remission",
    "RuleField",
    "Span",
    "Start",
    "Statement",
    "Treatment",
    "Window",
    "count",
    "list_rules",
    "months_text",
    "parse",
]
