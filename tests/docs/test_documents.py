"""What the documents say of the program must stay true of it."""

import re
from pathlib import Path

from katip.core.environment import Environment

DOCS = Path(__file__).parents[2] / "docs"


def _shown(default: object) -> str:
    if default == "":
        return "empty"
    if default is None:
        return "none"
    if isinstance(default, Path):  # the checkout's own folder
        default = default.relative_to(DOCS.parent)
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_the_table_of_variables_has_every_setting_with_its_default() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    told = re.findall(r"^\| `(KATIP_\w+)` \| ([^|]+) \|", text, re.MULTILINE)
    fields = [(f"KATIP_{name.upper()}", _shown(field.default)) for name, field in Environment.model_fields.items()]
    assert told == fields


def test_links_between_the_documents_lead_somewhere() -> None:
    root = DOCS.parent
    broken = [
        f"{page.relative_to(root)}: {target}"
        for page in [*root.glob("*.md"), *DOCS.rglob("*.md")]
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
