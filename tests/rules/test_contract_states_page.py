"""`docs/states.md` is what the table says."""

import re
import subprocess
import sys
from pathlib import Path

from katip.rules import TRANSITIONS, ContractForm
from katip.rules.contract_states_page import page

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/states.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run the command in the page's first line"


def test_the_command_in_its_first_line_writes_it() -> None:
    first = PAGE.read_text("utf-8").splitlines()[0]
    assert "python -m katip.rules.contract_states_page > docs/states.md" in first
    done = subprocess.run(
        [sys.executable, "-S", "-X", "utf8", "-m", "katip.rules.contract_states_page"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode("utf-8").replace("\r\n", "\n") == page()


def test_the_matrices_have_every_row_of_the_table_and_no_other() -> None:
    _, *forms = re.split(r"^## (?:Service contract|Own-staff assignment)$", page(), flags=re.MULTILINE)
    told = set()
    for form, text in zip(ContractForm, forms, strict=True):
        head, _, *lines = [line for line in text.splitlines() if line.startswith("|")]
        roles = [name.strip(" `") for name in head.strip("|").split("|")][2:]
        for line in lines:
            state, action, *cells = [part.strip(" `") for part in line.strip("| ").split("|")]
            for role, cell in zip(roles, cells, strict=True):
                if cell != "–":
                    told.add((str(form), state, action, role, cell.removeprefix("→ `")))
    assert told == {(str(r.form), str(r.state), str(r.action), str(r.role), str(r.to)) for r in TRANSITIONS}
