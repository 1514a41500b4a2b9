"""`ui.js` alone, in Node's `vm`: shim.test.mjs has the tests."""

import os
import subprocess
from pathlib import Path

from client import send
from gateway import Gateway


def test_the_script_does_what_it_says_and_nothing_else(gateway: Gateway, tmp_path: Path) -> None:
    script = tmp_path / "ui.js"
    answer = send("GET", f"{gateway.public}/ui.js")
    assert answer.status == 200
    script.write_bytes(answer.body)
    command = ["node", "--test", str(Path(__file__).parent / "shim.test.mjs")]
    done = subprocess.run(command, env=os.environ | {"UI_JS": str(script)}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
