"""Our ES modules run by Node, without a browser."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

JS = Path("static/js").absolute()


def run_script(body: str, given: object) -> object:
    """Run an ES module with ``given`` as JSON on its input; return the JSON that it prints."""
    script = f"""
        import {{ readFileSync }} from "node:fs";
        const given = JSON.parse(readFileSync(0, "utf8"));
        {body}
    """
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        cwd=JS,
    )
    return json.loads(done.stdout)
