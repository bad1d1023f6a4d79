"""The parser answering many requests in one process, so that tests need not start it each time."""

from __future__ import annotations

import sys
from pathlib import Path

from geodata.intake.parse import main

if __name__ == "__main__":
    for line in sys.stdin:
        main(Path(line.rstrip("\n")))
        sys.stdout.write("done\n")
        sys.stdout.flush()
