"""Where what the laws share lies: generated cases and malformed files."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
