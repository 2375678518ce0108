"""Turn the engine's loop (C) into the LLVM assembly that is kept beside it. For those who change the loop; needs clang.

usage: python tools/compile_driver.py [clang]

Users need no compiler: the assembly is compiled where it runs. It begins with a hash of the C files it was made from,
and a test compares. Made with clang 16, whose assembly every LLVM since 16 reads; what names one machine is removed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from trimer.engine.kernel.driver import FOLDER, sources

OPTIONS = (
    "-O2", "-ffp-contract=off", "-fno-math-errno", "-fno-strict-aliasing", "-fno-vectorize", "-fno-slp-vectorize",
    "-fno-unroll-loops", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables", "-fno-stack-protector",
)  # fmt: skip
OF_ONE_MACHINE = re.compile(
    r' "(target-cpu|target-features|tune-cpu|min-legal-vector-width|stack-protector-buffer-size)"="[^"]*"'
)


def assembly(clang: str) -> str:
    """Return the assembly of the loop."""
    command = [clang, *OPTIONS, "-S", "-emit-llvm", "-o", "-", "entry.c"]
    made = subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, text=True).stdout
    kept = [
        OF_ONE_MACHINE.sub("", line).replace(" dso_local", "")
        for line in made.splitlines()
        if not line.startswith(("target ", "source_filename", "; ModuleID", "!"))
    ]
    text = re.sub(r"(, !\w+(\.\w+)* !\d+)+$", "", "\n".join(kept), flags=re.M)
    return f"; made by tools/compile_driver.py; do not edit. sources {sources()}\n{text.strip()}\n"


def main() -> None:
    """Write the assembly."""
    text = assembly(sys.argv[1] if len(sys.argv) > 1 else "clang")
    Path(FOLDER / "driver.ll").write_text(text, encoding="utf-8")
    print(f"driver.ll: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
