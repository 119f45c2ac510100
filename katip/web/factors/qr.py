"""A QR code as SVG: black on white whatever the colours of the page, without a style of its own."""

import qrcode
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from qrcode.constants import ERROR_CORRECT_M

_QUIET = 4
"""modules of white around it, as the standard asks"""
_MODULE, _WIDEST = 5, 256
"""pixels of a module, and of the whole beside a phone's margins"""


def qr_svg(text: str, title: str) -> SafeString:
    """Draw `text`; `title` names the picture for those who do not see it."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(
        f"M{column + _QUIET} {line + _QUIET}h1v1h-1z"
        for line, cells in enumerate(rows)
        for column, dark in enumerate(cells)
        if dark
    )
    size = len(rows) + 2 * _QUIET
    context = {"size": size, "width": min(_MODULE * size, _WIDEST), "path": path, "title": title}
    return render_to_string("components/qr.html", context)
