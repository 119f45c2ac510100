"""Laying a document out: typst, once loaded for a process, makes PDF/A-2a and PDF/UA-1 of what `paper` says.

The fonts are those that come with typst (Libertinus, SIL Open Font License); those of the machine are never looked at,
so that the same facts look the same everywhere. Nothing is fetched.
"""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import segno
import typst

TEMPLATE = Path(__file__).parent / "document.typ"
STANDARDS: Final = ("a-2a", "ua-1")


def pdf_render(paper: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a document, not yet sealed; `at` is when it says that it was made.

    Raises `typst.TypstError` where the template and what it was given do not fit.
    """
    given = {"paper": json.dumps(paper, ensure_ascii=False)}
    made = _compiler().compile(
        format="pdf", pdf_standards=[*STANDARDS], sys_inputs=given, timestamp=at.replace(microsecond=0)
    )
    assert isinstance(made, bytes)  # noqa: S101 -- one PDF, by typst's own words
    return made


def qr_svg(text: str) -> str:
    """`text` as a QR code: one SVG path, black on white, with the quiet zone that readers need."""
    code = segno.make_qr(text, error="m", mask=2)  # trying all eight masks costs more than the rest of the code
    file = io.BytesIO()
    code.save(file, kind="svg", border=2, scale=4, dark="#16294d", xmldecl=False)
    return file.getvalue().decode()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """One for a process: reading the fonts costs more than a document does."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=True)
