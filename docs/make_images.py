"""Make the pictures of README and docs from the reference case: ``.venv/bin/python docs/make_images.py``.

Run it when the replay's answer or the figures have changed, and look at what it wrote before you commit it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.report import figures
from trimer.study.replay import replay

if TYPE_CHECKING:
    from trimer.report.figures import Name

FOLDER = Path(__file__).parent / "images"
PICTURES: dict[str, tuple[Name, int]] = {"replay.png": ("brief", 185), "first-cycle.png": ("close_up", 120)}
LARGEST = 500_000  # bytes


def main() -> None:
    """Replay the reference case and write every picture."""
    FOLDER.mkdir(exist_ok=True)
    result = replay("linder2016")
    for file, (name, dpi) in PICTURES.items():
        path = FOLDER / file
        figures.save(result, name, path, dpi=dpi)
        size = path.stat().st_size
        print(f"{path.relative_to(FOLDER.parent)}  {size / 1000:.0f} kB")
        if size > LARGEST:
            raise SystemExit(f"{file} is larger than {LARGEST / 1000:.0f} kB; lower its dpi")


if __name__ == "__main__":
    main()
