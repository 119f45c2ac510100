"""The pages of the check, alike for everybody (`web.alike`)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from katip.core.actor import Actor
from katip.core.codes import code_read, code_shown
from katip.documents.checking import Checked, check_code, check_file
from katip.documents.models import CODE_LENGTH
from katip.documents.proofs import proof_full, proof_public
from katip.documents.seal.check import SealState
from katip.documents.services.check_count import check_count
from katip.runs.receipts.checking import receipt_check_code, receipt_check_file
from katip.web.access import Access, access
from katip.web.alike import ROBOTS, alike, alike_context, dil_query
from katip.web.verify.forms import CodeForm, DocumentForm
from katip.web.verify.limits import CODES, FILES, too_many, wait_page
from katip.web.verify.show import checked_show, file_show, receipt_show
from katip.web.verify.upload import upload_in_memory

_NOBODY = Actor(None)
_RECEIPT = "receipt"


@csrf_exempt  # it does nothing in anybody's name, and a token would need a cookie
@alike
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: Any) -> HttpResponse:
    """*Belge doğrulama*: a field for the number, one for the file; the answer about a file."""
    upload_in_memory(request)
    asked = request.POST if request.method == "POST" else request.GET
    if "no" not in asked:
        return _file(request) if request.method == "POST" else _page(request, "verify.html", _forms())
    form = CodeForm(asked)
    if not form.is_valid():
        return _page(request, "verify.html", _forms(code=form), status=422)
    return redirect(reverse("verify_code", args=[code_shown(form.cleaned_data["no"])]) + dil_query(request))


def _file(request: Any) -> HttpResponse:
    if seconds := too_many(request, "verify_file", FILES):
        return _wait(request, "file", seconds)
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, "verify.html", _forms(file=form), status=422)
    content = form.cleaned_data["file"].read()
    receipt = receipt_check_file(content)
    if receipt is not None and receipt.finding is not None:
        check_count(actor=_NOBODY, at=request.at, way="file", outcome=_RECEIPT)
        return _page(request, "verify_result.html", {"by": "file", **receipt_show(receipt), **_forms()})
    found = check_file(content, request.at)
    if found.finding.state is SealState.NOT_PDF:
        check_count(actor=_NOBODY, at=request.at, way="file", outcome=found.finding.state)
        form.add_error("file", _("Bu bir PDF değil ya da okunamıyor. Katip’ten indirdiğiniz PDF dosyasını seçin."))
        return _page(request, "verify.html", _forms(file=form), status=422)
    outcome = found.checked.standing if found.is_ours and found.checked else found.finding.state
    check_count(actor=_NOBODY, at=request.at, way="file", outcome=outcome)
    return _page(request, "verify_result.html", {"by": "file", **file_show(found, request.at), **_forms()})


@alike
@require_safe
def verify_code(request: Any, code: str) -> HttpResponse:
    """Where the document with this number stands."""
    if seconds := too_many(request, "verify", CODES):
        return _wait(request, "code", seconds)
    receipt = receipt_check_code(code)
    if receipt is not None:
        check_count(actor=_NOBODY, at=request.at, way="code", outcome=_RECEIPT)
        return _page(request, "verify_result.html", {"by": "code", **receipt_show(receipt), **_forms()})
    checked = check_code(code, request.at)
    check_count(actor=_NOBODY, at=request.at, way="code", outcome=checked.standing if checked else "unknown")
    if checked is None:
        return _unknown(request, code)
    return _page(request, "verify_result.html", {"by": "code", **checked_show(checked, request.at), **_forms()})


@alike
@require_safe
def verify_proof(request: Any, code: str) -> HttpResponse:
    """The proof that the event behind the document stands in the log, as one file; it names nobody."""
    return _proof(request, code, lambda checked: _attached(JsonResponse(proof_public(checked)), checked, "json"))


@alike
@require_safe
def verify_tlog_proof(request: Any, code: str) -> HttpResponse:
    """The same for tools that know transparency logs (C2SP tlog-proof)."""

    def answer(checked: Checked) -> HttpResponse:
        assert checked.proof is not None  # noqa: S101 -- asked below
        text = HttpResponse(checked.proof.text(), content_type="text/plain; charset=utf-8")
        return _attached(text, checked, "tlog-proof")

    return _proof(request, code, answer)


def _proof(request: Any, code: str, answer: Callable[[Checked], HttpResponse]) -> HttpResponse:
    if seconds := too_many(request, "verify", CODES):
        return _wait(request, "proof", seconds)
    checked = check_code(code, request.at)
    there = checked is not None and checked.proof is not None
    check_count(actor=_NOBODY, at=request.at, way="proof", outcome=checked.standing if checked else "unknown")
    if checked is None or not there:
        return _unknown(request, code, waits=checked is not None)
    return answer(checked)


@access(Access.TWO_STEP)
@require_safe
def verify_full_proof(request: Any, code: str) -> HttpResponse:
    """For parties: the same with the event's own text and detail, which the log only has as a hash."""
    found = proof_full(request.actor.person, code, request.at)
    if found is None:
        return render(request, "404.html", status=404)
    checked, content = found
    return _attached(JsonResponse(content, json_dumps_params={"ensure_ascii": False}), checked, "json", full=True)


def _attached(response: HttpResponse, checked: Checked, suffix: str, *, full: bool = False) -> HttpResponse:
    name = f"{'tam-' if full else ''}kanit-{code_shown(checked.document.code)}.{suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Robots-Tag"] = ROBOTS
    return response


def _unknown(request: Any, code: str, *, waits: bool = False) -> HttpResponse:
    read = code_read(code, CODE_LENGTH)
    context = {"code": code_shown(read) if read else "", "waits": waits, **_forms()}
    return _page(request, "verify_unknown.html", context, status=404)


def _wait(request: Any, way: str, seconds: int) -> HttpResponse:
    check_count(actor=_NOBODY, at=request.at, way=way, outcome="slow_down")
    return wait_page(request, seconds, alike_context(request))


def _page(request: Any, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, template, {**alike_context(request), **context}, status=status)


def _forms(*, code: CodeForm | None = None, file: DocumentForm | None = None) -> dict[str, Any]:
    return {"code_form": code or CodeForm(), "file_form": file or DocumentForm()}
