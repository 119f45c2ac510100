"""Laying a long receipt out in a process of its own, which gives its memory back.

typst keeps what it laid out for the next time: where no two pages are alike, that only grows. The process knows neither
Django nor the database; it is handed the words and hands back the PDF.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from katip.core.child import dies_with_parent
from katip.documents.making.render import pdf_render

_LONGEST_SECONDS = 300


def pdf_render_apart(paper: Mapping[str, Any], *, at: datetime) -> bytes:
    """As `pdf_render`. Raises `subprocess.SubprocessError` where the process does not end well."""
    given = json.dumps({"paper": paper, "at": at.isoformat()}, ensure_ascii=False).encode()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "katip.runs.receipts.layout"],
        input=given,
        stdout=subprocess.PIPE,
        check=True,
        timeout=_LONGEST_SECONDS,
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    return done.stdout


def main() -> None:
    """Read the words from standard input, write the PDF to standard output."""
    given = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pdf_render(given["paper"], at=datetime.fromisoformat(given["at"])))


if __name__ == "__main__":
    main()
