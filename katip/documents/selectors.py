"""Reading documents."""

from katip.core.codes import code_read
from katip.documents.models import CODE_LENGTH, Document


def document_of_code(code: str) -> Document | None:
    """The document with this code, in whatever case and grouping it is written; with its contract."""
    read = code_read(code, CODE_LENGTH)
    if read is None:
        return None
    return Document.objects.filter(code=read).select_related("contract").defer("statement").first()
