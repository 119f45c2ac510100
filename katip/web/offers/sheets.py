"""Offers for many workplaces from a file: upload, a result per row, and all of them offered in one go, or none."""

import hashlib
from datetime import datetime
from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.models import OfferSheet, SheetState
from katip.contracts.offer_rows import KeptRow, RowResult
from katip.contracts.offering import sheet_find, sheet_names, sheets_of
from katip.contracts.services.offer_sheet import MOST_ROWS, sheet_check, sheet_drop, sheet_offer, sheet_rows
from katip.core.crypto import unseal
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.documents.offers import FILE_BYTES, offers_read, offers_write, template_write
from katip.documents.sheet import SheetError
from katip.rules import RuleViolation, mask_national_id
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.offers import show
from katip.web.offers.refusals import refusal
from katip.web.once import once
from katip.web.processes.at_once import require_fresh_step
from katip.web.templatetags.katip import current_language
from katip.web.uploads import FileForm
from katip.web.words import ASSIGNMENT_TYPES

ROWS, SHEETS = 100, 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    SheetState.CHECKED: gettext_lazy("Denetlendi, gönderilmedi"),
    SheetState.OFFERED: gettext_lazy("Teklif edildi"),
    SheetState.DROPPED: gettext_lazy("Vazgeçildi"),
}
_TAGS = {SheetState.CHECKED: "draft", SheetState.OFFERED: "done", SheetState.DROPPED: "withdrawn"}
_FAULTS = {
    "too_large": gettext_lazy("Dosya 2 MB’tan büyük. En çok 500 satır olacak biçimde bölün."),
    "too_unpacked": gettext_lazy("Dosyanın içi çok büyük. Yalnız teklif satırlarını bırakıp yeniden kaydedin."),
    "too_many_rows": gettext_lazy("Dosyada 500 satırdan çok var; bölüp ayrı ayrı yükleyin."),
    "too_many_columns": gettext_lazy("Dosyada çok fazla sütun var. Örnek dosyadaki sütunları kullanın."),
    "old_workbook": gettext_lazy("Eski biçimli (.xls) ya da parolalı dosya okunmaz. XLSX ya da CSV olarak kaydedin."),
    "no_header": gettext_lazy("Başlık satırı bulunamadı. Örnek dosyadaki başlıkları kullanın."),
    "missing_column": gettext_lazy("“%(column)s” sütunu yok. Örnek dosyadaki başlıkları kullanın."),
    "utf16": gettext_lazy("Dosyanın harf kodlaması okunmuyor. CSV’yi UTF-8 olarak kaydedin."),
    "not_utf8": gettext_lazy("Dosyanın harf kodlaması okunmuyor. CSV’yi UTF-8 olarak kaydedin."),
}


class SheetForm(FileForm):
    """One file."""

    most_bytes = FILE_BYTES
    too_large = _FAULTS["too_large"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("Teklif dosyası")


def _sheet_made(request: Any, at: datetime) -> str | None:
    """The file that was uploaded at that moment."""
    found = OfferSheet.objects.filter(created_by_id=request.user.pk, created_at=at).first()
    return reverse("offer_sheet", args=[found.pk]) if found is not None else None


@access(Access.PROVIDER)
@once("offer_sheet_new", made=_sheet_made)
@require_http_methods(["GET", "POST"])
def offer_sheet_new(request: Any) -> HttpResponse:
    """Upload a file of offers; earlier ones are listed below."""
    if request.method == "GET":
        return _new_page(request, SheetForm())
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        content = upload.read()
        try:
            sheet = sheet_check(
                actor=request.actor,
                at=request.at,
                file_name=upload.name[:120],
                file_hash=hashlib.sha256(content).hexdigest(),
                lines=offers_read(content),
            )
        except SheetError as error:
            words = _FAULTS.get(error.code, _("Dosya okunamadı. Örnek dosyayı doldurup yeniden deneyin."))
            form.add_error("file", str(words) % dict(error.facts))
        except RuleViolation:
            form.add_error("file", _("Dosyada teklif satırı yok. Başlığın altına satırları yazın."))
        except PermissionRefusedError:
            return redirect("companies")
        else:
            return redirect("offer_sheet", no=sheet.pk)
    with acting_as(request.actor):
        return _new_page(request, form, status=422)


def _new_page(request: Any, form: forms.Form, status: int = 200) -> HttpResponse:
    after = request.GET.get("sonra", "")
    found = sheets_of(request.actor, after=number_read(after), limit=SHEETS)
    rows, more = found[:SHEETS], len(found) > SHEETS
    url = reverse("offer_sheet_new")
    context = {
        "form": form,
        "rows": [
            {
                "no": one.pk,
                "file_name": one.file_name,
                "count": len(one.rows),
                "wrong": sum(bool(result["code"]) for result in one.results),
                "tag": _TAGS[SheetState(one.state)],
                "tag_label": STATES[SheetState(one.state)],
                "by": one.created_by.name,
                "at": one.created_at,
            }
            for one in rows
        ],
        "most": MOST_ROWS,
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or after else "",
        "first_url": url if after else "",
        "next_url": f"{url}?{urlencode({'sonra': rows[-1].pk})}" if more else "",
    }
    return render(request, "offer_sheet_new.html", context, status=status)


@access(Access.PROVIDER)
@require_GET
def offer_sheet_template(_request: Any) -> HttpResponse:
    """An empty file with the right header and an example."""
    return _file(template_write(), "teklif-ornegi.xlsx")


@access(Access.PROVIDER)
@require_http_methods(["GET", "POST"])
def offer_sheet(request: Any, no: int) -> HttpResponse:
    """What the check says, row by row; *Hepsini teklif et* where every row is right, *Vazgeç* puts the file aside."""
    with acting_as(request.actor):
        sheet = _sheet(request, no)
        if request.method == "GET":
            return _sheet_page(request, sheet)
    try:
        if "vazgec" in request.POST:
            sheet_drop(actor=request.actor, at=request.at, sheet_id=no)
            messages.success(request, _("Dosyadan vazgeçildi; hiçbir teklif gönderilmedi."))
            return redirect("offer_sheet_new")
        require_fresh_step(request)
        sheet = sheet_offer(actor=request.actor, at=request.at, sheet_id=no)
    except StaleStateError:
        messages.error(request, _("Bu dosya bu arada gönderildi ya da değişti; son hâli aşağıda."))
        return redirect("offer_sheet", no=no)
    except PermissionRefusedError:
        return redirect("companies")
    if sheet.state == SheetState.OFFERED:
        messages.success(request, _("%(n)s teklif gönderildi.") % {"n": len(sheet.rows)})
        return redirect("offer_sheet", no=no)
    messages.error(
        request,
        _(
            "Denetimden sonra bir şey değişti: hiçbir teklif gönderilmedi. "
            "Kabul edilmeyen satırlar, nedenleriyle aşağıda."
        ),
    )
    return redirect("offer_sheet", no=no)


@access(Access.PROVIDER)
@require_GET
def offer_sheet_results(request: Any, no: int) -> HttpResponse:
    """The rows with their results as a file; corrected, it can be uploaded again."""
    sheet = _sheet(request, no)
    found = sheet_rows(sheet)
    names = sheet_names(row for row, _ in found)
    lines = [
        [
            fmt.sgk_text(row.sgk_number),
            names.national_ids.get(row.professional_id or 0) or _typed(row),
            str(row.code or ""),
            "" if row.is_minimum and result.code else str(row.minutes or ""),
            str(ASSIGNMENT_TYPES[row.assignment_type]),
            _("Uygun") if not result.code else _("Düzeltilecek"),
            refusal(result.code, result.facts, result.article).in_full if result.code else "",
            str(result.process_id or ""),
        ]
        for row, result in found
    ]
    return _file(offers_write(lines, results=True), f"teklif-sonuclari-{sheet.pk}.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _sheet(request: Any, no: int) -> OfferSheet:
    found = sheet_find(request.actor, no)
    if found is None:
        raise Http404
    return found


def _typed(row: KeptRow) -> str:
    """The T.C. kimlik no as the file had it, of somebody whom the provider does not employ."""
    try:
        return unseal(row.national_id_sealed.encode("ascii")) if row.national_id_sealed else ""
    except InvalidToken:
        return ""


def _sheet_page(request: Any, sheet: OfferSheet) -> HttpResponse:
    found = sheet_rows(sheet)
    wrong = [pair for pair in found if pair[1].code]
    lists = {"duzelt": wrong, "uygun": [pair for pair in found if not pair[1].code], "hepsi": found}
    labels = {"duzelt": _("Düzeltilecek"), "uygun": _("Uygun"), "hepsi": _("Bütün satırlar")}
    current = request.GET.get("liste", "")
    if current not in lists:
        current = "duzelt" if wrong else "hepsi"
    line = number_read(request.GET.get("sonra", "")) or 0
    left = [pair for pair in lists[current] if pair[0].line > line]
    rows, more = left[:ROWS], len(left) > ROWS
    names = sheet_names(row for row, _ in rows)
    url = reverse("offer_sheet", args=[sheet.pk])
    here = f"{url}?{urlencode({'liste': current})}"
    context = {
        "sheet": sheet,
        "state": sheet.state,
        "tag": _TAGS[SheetState(sheet.state)],
        "tag_label": STATES[SheetState(sheet.state)],
        "figures": _figures(found, wrong),
        "all_right": not wrong,
        "count": len(found),
        "tabs": [
            {
                "label": labels[key],
                "url": f"{url}?{urlencode({'liste': key})}",
                "current": key == current,
                "count": len(lists[key]),
            }
            for key in lists
        ],
        "current": current,
        "rows": [_row(row, result, names) for row, result in rows],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or line else "",
        "first_url": here if line else "",
        "next_url": f"{here}&{urlencode({'sonra': rows[-1][0].line})}" if more else "",
    }
    return render(request, "offer_sheet.html", context)


def _figures(found: list[tuple[KeptRow, RowResult]], wrong: list[tuple[KeptRow, RowResult]]) -> list[dict[str, Any]]:
    right = [row for row, result in found if not result.code]
    minutes = sum(row.minutes or 0 for row in right)
    return [
        {"label": _("Satır"), "value": len(found)},
        {"label": _("Uygun"), "value": len(right)},
        {"label": _("Düzeltilecek"), "value": len(wrong)},
        {
            "label": _("Uygun satırların süresi"),
            "value": minutes,
            "note": fmt.minutes_text(minutes, current_language()),
        },
    ]


def _row(row: KeptRow, result: RowResult, names: Any) -> dict[str, Any]:
    words = refusal(result.code, result.facts, result.article) if result.code else None
    typed = _typed(row)
    return {
        "line": row.line,
        "workplace": names.workplaces.get(row.workplace_id or 0, ""),
        "sgk_number": fmt.sgk_text(row.sgk_number),
        "person": names.people.get(row.professional_id or 0, ""),
        "national_id": mask_national_id(typed) if typed else "",
        "kind": show.sheet_kind(row.code) if row.code else "",
        "minutes": row.minutes,
        "is_minimum": row.is_minimum,
        "assignment_type": ASSIGNMENT_TYPES[row.assignment_type],
        "refused": words.text if words else "",
        "article": words.article if words else "",
        "cure": words.cure if words else "",
        "url": reverse("step", args=[result.process_id]) if result.process_id else "",
    }
