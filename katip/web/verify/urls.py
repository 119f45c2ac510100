"""The addresses of the check. The code stands in them because it stands on paper as a QR code."""

from django.urls import path, register_converter

from katip.web.verify import views


class CodeConverter:
    """What somebody typed or scanned as a document's number, however it is written."""

    regex = "[^/]{1,80}"

    def to_python(self, value: str) -> str:
        """As it came; the check reads it."""
        return value

    def to_url(self, value: str) -> str:
        """As it is given."""
        return value


register_converter(CodeConverter, "code")

paths = [
    path("dogrula/", views.verify, name="verify"),
    path("dogrula/<code:code>/", views.verify_code, name="verify_code"),
    path("dogrula/<code:code>/kanit.json", views.verify_proof, name="verify_proof"),
    path("dogrula/<code:code>/kanit.tlog-proof", views.verify_tlog_proof, name="verify_tlog_proof"),
    path("dogrula/<code:code>/tam-kanit.json", views.verify_full_proof, name="verify_full_proof"),
]
