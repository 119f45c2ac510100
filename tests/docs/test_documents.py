"""What the documents say of the program must stay true of it."""

import re
from pathlib import Path

from katip.cli.settings_page import page
from katip.core.environment import Environment, variable

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_settings_is_what_the_program_makes() -> None:
    """Mend it: `.venv/bin/python -m katip.cli.settings_page > docs/settings.md`."""
    assert (DOCS / "settings.md").read_text("utf-8") == "\n".join(page()) + "\n"


def test_every_setting_stands_on_the_page_once() -> None:
    told = re.findall(r"^\| `(KATIP_\w+)` \|", "\n".join(page()), re.MULTILINE)
    assert len(told) == len({*told})
    assert {*told} == {variable(name) for name in Environment.model_fields}


def test_links_between_the_documents_lead_somewhere() -> None:
    root = DOCS.parent
    broken = [
        f"{page.relative_to(root)}: {target}"
        for page in [*root.glob("*.md"), *DOCS.rglob("*.md")]
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
