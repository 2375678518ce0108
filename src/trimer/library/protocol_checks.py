"""What makes a protocol impossible to carry out, found before anybody is treated by it.

Four kinds: infusions that overlap (:mod:`trimer.library.protocol_overlap`), rates that nobody can be given
(:mod:`trimer.library.protocol_rates`), rules that can never act, and rules that go round in circles
(:mod:`trimer.library.protocol_logic`). Each is one error that names the rule, what it says and what would do. What
might go wrong for some patients is not refused: it is what simulation is for.
"""

from __future__ import annotations

from trimer.library.protocol_logic import check_logic
from trimer.library.protocol_overlap import check_overlap
from trimer.library.protocol_rates import check_rates
from trimer.therapy.conditions import Grading
from trimer.therapy.protocol import Protocol


def check_protocol(protocol: Protocol, where: str, grading: Grading | None = None) -> None:
    """Raise when a protocol, from a file or made in memory, cannot be carried out.

    Parameters
    ----------
    protocol : Protocol
    where : str
        File or name, for the error.
    grading : Grading, optional
        The table of its scale, which is known when a protocol is compiled; without it a grade is any from 0 to 4,
        whatever the signs.

    Raises
    ------
    ProtocolError
        At the first fault.
    LibraryError
        When it names a drug that the library does not have.
    """
    check_rates(protocol, where)
    check_overlap(protocol, where)
    check_logic(protocol, where, grading)
