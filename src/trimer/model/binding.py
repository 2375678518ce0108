"""Binding: how many molecules of an engager sit between an effector and a target at a known free concentration."""

from __future__ import annotations

from typing import Any

from trimer.model.processes import exp, log, sqrt


def ternary_complex(drug: Any, target: Any, effector: Any, kd_target: Any, kd_effector: Any) -> Any:
    """Return the concentration of drug bound to both receptors at once.

    Parameters
    ----------
    drug : nmol/L
        Free drug, known (pharmacokinetics fix it).
    target, effector : nmol/L
        Total receptors in the contact volume.
    kd_target, kd_effector : nmol/L
        Equilibrium dissociation constants; no cooperativity.

    Returns
    -------
    nmol/L

    Notes
    -----
    The quadratic of the three-body equilibrium at known free drug, in the rationalised form that neither cancels for
    small complexes nor divides by the drug (Douglass et al. 2013, J Am Chem Soc 135:6092, for the theory): with
    ``w = (K1 + b)(K2 + b)`` and ``s = b (A + C) + w``, the complex is ``2 A C b / (s + sqrt(s^2 - 4 A C b^2))``.
    """
    w = (kd_target + drug) * (kd_effector + drug)
    s = drug * (target + effector) + w
    return 2 * target * effector * drug / (s + sqrt(s * s - 4 * target * effector * drug * drug))


def saturation(x: Any, half: Any) -> Any:
    """Return ``x / (x + half)``, the rational Hill form with exponent one; both in the same unit."""
    return x / (x + half)


def positive_part(x: Any, width: float = 0.005) -> Any:
    """Return a smooth ``max(0, x)`` of a pure number, rounded over ``width``."""
    return (x + sqrt(x * x + width * width)) / 2


def softplus(x: Any, width: float = 0.05) -> Any:
    """Return a smooth ``max(0, x)`` of a pure number (at most about 30 widths), vanishing exponentially below zero."""
    return width * log(1 + exp(x / width))
