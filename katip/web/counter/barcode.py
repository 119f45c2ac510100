"""A code as bars that a scanner reads (Code 128), as SVG without any style: black on white, whatever the theme."""

from barcode.codex import Code128
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

QUIET = 10
"""Modules of white that the standard asks for on either side."""
HEIGHT = 40


def barcode_svg(text: str) -> SafeString:
    """The bars of `text` (ASCII)."""
    modules = Code128(text).build()[0]
    bars, at = [], QUIET
    for run in _runs(modules):
        if run[0] == "1":
            bars.append(f"M{at} 0h{len(run)}v{HEIGHT}h-{len(run)}z")
        at += len(run)
    return format_html(
        '<svg class="w-m" viewBox="0 0 {0} {1}" role="img" aria-label="{2}" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{1}" fill="white"/><path fill="black" d="{3}"/></svg>',
        at + QUIET,
        HEIGHT,
        _("Kodun çizgi hali; gişedeki okuyucu içindir"),
        "".join(bars),
    )


def _runs(modules: str) -> list[str]:
    """`110100` as `11`, `0`, `1`, `00`."""
    runs = [modules[:1]]
    for module in modules[1:]:
        if module == runs[-1][0]:
            runs[-1] += module
        else:
            runs.append(module)
    return runs
