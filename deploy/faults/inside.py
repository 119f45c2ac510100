"""What is done on a worker, with its settings and its Python."""

import subprocess
import sys

from deploy.reference.layout import CHECKOUT
from deploy.reference.tools import ClusterError


def inside(module: str, *words: str, seconds: float, text: str = "", check: bool = True) -> str:
    """What a module of this checkout says, run by a worker's Python with its settings; `text` is its input."""
    command = [str(CHECKOUT / "deploy" / "cluster"), "run", "python", "-P", "-m", module, *words]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=seconds, check=False)
    if check and done.returncode:
        raise ClusterError(f"{module} ended with status {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout + ("" if check else done.stderr)


def say(words: str) -> None:
    """To standard error, at once; the figures go to standard output."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()
