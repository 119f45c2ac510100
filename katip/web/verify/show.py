"""What the check found, in words."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from katip.contracts.models import VersionBasis
from katip.core.clock import day_of
from katip.core.codes import code_shown
from katip.documents.checking import Approval, Checked, FileChecked, Standing, name_mask
from katip.documents.models import Occasion
from katip.documents.seal.check import SealReason, SealState
from katip.documents.seal.pdf import Level
from katip.processes.models import PartyKind
from katip.rules import ContractRole, ContractState, Profession
from katip.runs.receipts.checking import ReceiptChecked
from katip.web import format as fmt
from katip.web.processes.present import proof_words
from katip.web.templatetags.words import current_language
from katip.web.words import PROFESSIONS, certificate_words

_TAIL = 3
"""groups of a workplace's number that are shown: they tell two workplaces apart and lead to nobody"""

Row = dict[str, Any]


def checked_show(checked: Checked, at: datetime) -> dict[str, Any]:
    """A document found by its number: the number says nothing of the paper it stands on."""
    return {
        "code": code_shown(checked.document.code),
        "mark": _mark(checked.standing),
        "title": {
            Standing.VALID: _("Bu belge kayıtta var ve bugün geçerli"),
            Standing.COMING: _("Bu belge kayıtta var, koşulları henüz yürürlüğe girmedi"),
            Standing.REPLACED: _("Bu belgenin yerine yenisi geçti"),
            Standing.ENDED: _("Bu belgenin sözleşmesi sona erdi"),
            Standing.END: _("Bu belge, sözleşmenin sona erdiğini gösterir"),
        }[checked.standing],
        "lead": standing_words(checked),
        "rows": document_rows(checked, at),
        "approvals": approval_rows(checked),
        "approvals_title": _("Onaylar ve sona erme")
        if checked.document.occasion == Occasion.ENDED
        else _("Kim onayladı"),
        "proof": proof_show(checked),
        "log_broken": checked.log_broken,
    }


def file_show(found: FileChecked, at: datetime) -> dict[str, Any]:
    """What an uploaded file turned out to be, and why."""
    checked = found.checked
    if found.is_ours and checked is not None:
        return checked_show(checked, at) | {
            "title": {
                Standing.VALID: _("Bu belge gerçek, değişmemiş ve bugün geçerli"),
                Standing.COMING: _("Bu belge gerçek ve değişmemiş; koşulları henüz yürürlüğe girmedi"),
                Standing.REPLACED: _("Bu belge gerçek ve değişmemiş, ama yerine yenisi geçti"),
                Standing.ENDED: _("Bu belge gerçek ve değişmemiş, ama sözleşme sona erdi"),
                Standing.END: _("Bu belge gerçek ve değişmemiş: sözleşmenin sona erdiğini gösterir"),
            }[checked.standing],
            "checks": _checks(found),
        }
    finding = found.finding
    title, lead, mark = {
        SealState.UNSEALED: (
            _("Bu PDF’te mühür yok"),
            _(
                "Bu kurulumun belgeleri mühürlü çıkar. Yazdırıp taranan ya da başka bir programla yeniden kaydedilen "
                "belge mührünü yitirir. İndirdiğiniz asıl dosyayı yükleyin ya da belge no ile bakın."
            ),
            "warn",
        ),
        SealState.FOREIGN: (
            _("Bu belgeyi bu kurulum mühürlemedi"),
            _("Üzerindeki mühür ya da imza başkasının; belgenin ne değer taşıdığını buradan söyleyemeyiz."),
            "bad",
        ),
        SealState.CHANGED: (
            _("Bu belge mühürlendikten sonra değiştirilmiş"),
            _("Bu hâline güvenmeyin. Belgenin aslını taraflardan isteyin ya da belge no ile kayıttakine bakın."),
            "bad",
        ),
        SealState.DOUBTED: (
            _("Bu mühre güvenilemez"),
            _("Mühür, anahtarın güvenilir olduğu zamanın dışında vurulmuş. Taraflardan yeni bir belge isteyin."),
            "bad",
        ),
        SealState.INTACT: (
            _("Mühür bu kurulumun, ama bu belge kayıtta yok"),
            _("Dosya mühürlendiğinden beri değişmemiş; yine de bu kayıtta karşılığı yok. Yardım numarasını arayın."),
            "warn",
        ),
    }[finding.state]
    return {"title": title, "lead": lead, "mark": mark, "checks": _checks(found)}


def standing_words(checked: Checked) -> str:
    """From when to when its terms held, in one sentence."""
    day = _day
    ended = checked.contract.state == ContractState.ENDED
    facts = {"since": day(checked.since), "until": day(checked.until), "last": day(checked.last_day)}
    if checked.standing is Standing.END:
        return _("Sözleşmenin son günü bu kayıtta %(last)s.") % facts
    if checked.standing is Standing.COMING:
        return _("Koşulları bu kayıtta %(since)s gününde yürürlüğe girer.") % facts
    if checked.standing is Standing.REPLACED:
        words = _(
            "Koşulları bu kayıtta %(since)s – %(until)s arasında geçerliydi; %(until)s tarihli sürüm yerini aldı."
        )
        if ended:
            words += " " + _("Sözleşme de %(last)s gününde sona erdi.")
        return words % facts
    if checked.standing is Standing.ENDED:
        return _("Koşulları bu kayıtta %(since)s – %(last)s arasında geçerliydi.") % facts
    words = _("Koşulları bu kayıtta %(since)s gününden beri yürürlükte.")
    if checked.last_day is not None:
        words += " " + _("Sözleşmenin son günü olarak %(last)s bildirildi.")
    return words % facts


def document_rows(checked: Checked, at: datetime) -> list[Row]:
    """What to compare with the paper, line by line: as it was approved, not as people and firms are called today."""
    contract, terms, language = checked.contract, checked.terms, current_language()
    profession = str(PROFESSIONS[Profession(contract.profession)])
    told = {
        Occasion.ACTIVE: _("Yürürlüğe girme"),
        Occasion.VERSION: _("Koşul değişikliği, %(no)s. sürüm") % {"no": checked.document.version_no},
        Occasion.ENDED: _("Sona erme"),
    }[Occasion(checked.document.occasion)]
    tail = " ".join(fmt.sgk_groups(terms["workplace"]["sgk_number"])[-_TAIL:])
    place = {"province": contract.workplace.province.name, "tail": tail}
    person = [name_mask(terms["professional"]["name"]), certificate_words(terms["certificate"]["class"])]
    rows = [
        _row(_("Belge"), f"{contract.code} · {profession}", told),
        _row(_("Belgenin anlattığı an"), fmt.moment_text(checked.document.at, language)),
        _row(
            _("Hizmet alan işyeri"),
            terms["workplace"]["title"],
            _("%(province)s, SGK no’nun son haneleri …%(tail)s") % place,
        ),
        _row(_("Hizmet veren"), terms["provider"]["title"] if terms["provider"] else _("İşverenin kendi personeli")),
        _row(profession, ", ".join(filter(None, person)), _("Kişi adları burada kısaltılır; belgede tamdır.")),
    ]
    if checked.version is not None:
        rows.append(_row(_("Aylık süre"), fmt.minutes_text(checked.version.minutes, language)))
    looked = _("Bakıldığı an %(at)s") % {"at": fmt.moment_text(at, language)}
    rows.append(_row(_("Sözleşmenin bugünkü durumu"), "", looked) | {"tag": contract.state})
    return rows


def approval_rows(checked: Checked) -> list[Row]:
    """Who approved in which role, by which second step, and when; who ended it, of an end."""
    rows = [_approval_row(approval) for approval in checked.approvals]
    basis = checked.version.basis if checked.version else ""
    if basis == VersionBasis.AUTOMATIC and checked.document.occasion != Occasion.ENDED:
        told = _("Ayın bildirimiyle kendiliğinden, işverenin önceden verdiği otomatik güncelleme talimatıyla")
        rows.append(_row(_("Değişikliğin dayanağı"), told))
    if basis == VersionBasis.CARRIED:
        rows.append(_row(_("Dayanak"), _("Başka kayıttan aktarıldı; onayı burada kanıtlanmadı")))
    if checked.document.occasion == Occasion.ENDED and checked.ending:
        rows.append(_approval_row(checked.ending, _("Sona erdiren")))
    return rows


def _approval_row(approval: Approval, label: str = "") -> Row:
    role = {
        PartyKind.PROFESSIONAL.value: _("İSG profesyoneli"),
        PartyKind.EMPLOYER.value: _("İşveren (e-Bildirge kullanıcısı)"),
        PartyKind.PROVIDER.value: _("Sorumlu müdür"),
        PartyKind.PERSON.value: _("Kendi adına"),
        ContractRole.MANAGER.value: _("Sorumlu müdür"),
        ContractRole.OPERATOR.value: _("Kayıt işleticisi"),
        ContractRole.REGISTER.value: _("Kendiliğinden, günü gelince"),
    }.get(approval.role, approval.role)
    when = fmt.moment_text(approval.at, current_language())
    step = _("ikinci adım: %(method)s") % {"method": proof_words(approval.method)} if approval.method else ""
    if label:
        return _row(
            label, approval.name or role, ", ".join(part for part in (role if approval.name else "", when) if part)
        )
    return _row(role, approval.name, ", ".join(part for part in (when, step) if part))


def proof_show(checked: Checked) -> dict[str, Any] | None:
    """Where the event stands in the log, as it is printed; None until a checkpoint covers it."""
    if checked.proof is None:
        return None
    return {
        "index": str(checked.proof.index),
        "size": fmt.number_text(checked.proof.size, current_language()),
        "entry": checked.proof.entry.hex(),
        "sha256": checked.files[0] if checked.files else "",
        "files": True,
    }


def receipt_show(checked: ReceiptChecked) -> dict[str, Any]:
    """A receipt of a run, by its number or by its file: what to compare with the paper."""
    language, run, receipt, by_file = current_language(), checked.run, checked.receipt, checked.finding is not None
    doubted = by_file and checked.finding is not None and checked.finding.state is SealState.DOUBTED
    kind = {
        "decide": _("Toplu onay"),
        "reoffer": _("Toplu yeniden teklif"),
        "end": _("Toplu sonlandırma"),
        "contact": _("Toplu iletişim ve izin beyanı"),
    }[run.kind]
    numbers = {"done": fmt.number_text(run.done, language), "refused": fmt.number_text(run.refused, language)}
    first, last = fmt.number_text(receipt.first_no, language), fmt.number_text(receipt.last_no, language)
    rows = [
        _row(_("Belge"), _("İşlem %(no)s: makbuz") % {"no": run.pk}, kind),
        _row(_("Satırlar"), f"{first}–{last}", _("Bütün işlem: %(total)s satır") % {"total": run.total}),
        _row(_("Sonuç"), _("%(done)s yapıldı, %(refused)s yapılmadı") % numbers, _("Bütün işlemin sonucu")),
    ]
    if checked.workplace:
        rows[1:] = [_row(_("İşyeri"), checked.workplace)]
    method = _("ikinci adım: %(method)s") % {"method": proof_words(run.proof_method)}
    when = fmt.moment_text(run.begun_at, language) if run.begun_at else ""
    shown = {
        "code": code_shown(receipt.code),
        "mark": "bad" if doubted else "ok",
        "title": _("Bu makbuz gerçek ve değişmemiş") if by_file else _("Bu makbuz kayıtta var"),
        "lead": _("Bir kişinin neyi onayladığını ve ne olduğunu söyler; satırların bugünkü durumunu kayıt bilir."),
        "rows": rows,
        "approvals": [_row(_("Onaylayan"), checked.name, f"{when}, {method}")],
        "approvals_title": _("Kim onayladı"),
        "proof": _receipt_proof(checked),
        "log_broken": checked.log_broken,
    }
    if doubted:
        shown |= {"title": _("Bu mühre güvenilemez"), "lead": _("Makbuzu işlemin sahibinden yeniden isteyin.")}
    elif by_file:
        shown["checks"] = [_check("ok", _("Mühür sağlam")), _check("ok", _("Kayıttaki makbuzla birebir aynı"))]
    return shown


def _receipt_proof(checked: ReceiptChecked) -> dict[str, Any] | None:
    proof = checked.proof
    if proof is None:
        return None
    size = fmt.number_text(proof.size, current_language())
    return {"index": str(proof.index), "size": size, "entry": proof.entry.hex(), "sha256": checked.sha256}


def _checks(found: FileChecked) -> list[Row]:
    """What was looked at, one by one: shape, words, and what was found."""
    finding, checked = found.finding, found.checked
    sealed = fmt.moment_text(finding.sealed_at, current_language()) if finding.sealed_at else ""
    if finding.state is SealState.UNSEALED and not found.is_ours:
        return [_check("warn", _("Dosyada mühür yok"), _("Mühür olmadan kimden geldiği ve değişmediği anlaşılmaz"))]
    if finding.state is SealState.FOREIGN and not found.is_ours:
        signer = _("Sertifikada yazan ad, doğrulanmadı: %(name)s") % {"name": finding.signer} if finding.signer else ""
        return [_check("bad", _("Mühür bu kurulumun değil"), signer)]
    rows = []
    if finding.state is SealState.INTACT:
        unchanged = _("Mühürlendiği an %(at)s; o andan beri tek harfi değişmedi") % {"at": sealed} if sealed else ""
        rows.append(_check("ok", _("Mühür sağlam"), unchanged))
        timed = _("Mührün anını bir zaman damgası kurumu onayladı") if finding.level == Level.B_T else ""
        rows.append(_check("ok", _("Mühür bu kurulumun"), ". ".join(part for part in (finding.signer, timed) if part)))
    elif found.is_ours:
        rows.append(_check("warn", _("Mührün kendisi burada denetlenemedi")))
    else:
        rows.append(_check("bad", _changed_words(finding.reason), sealed and _("Mühür %(at)s") % {"at": sealed}))
    if checked is not None:
        rows.append(_check("ok", _("Belge bu kurulumda üretildi"), _("Kayıttaki dosyanın özetiyle aynı (SHA-256)")))
    else:
        rows.append(
            _check("bad", _("Bu dosya kayıtta yok"), _("Özeti (SHA-256) kayıttaki hiçbir belgeninkine uymuyor"))
        )
    return rows


def _changed_words(reason: str) -> str:
    return {
        SealReason.CONTENT_CHANGED.value: _("Mührün kapsadığı içerik değiştirilmiş"),
        SealReason.ADDED.value: _(
            "Mühürden sonra dosyaya bir şey eklenmiş: sayfa, not, form alanı ya da başka bir imza"
        ),
        SealReason.COVERAGE.value: _("Mühür dosyanın tamamını kapsamıyor"),
        SealReason.ENVELOPE.value: _("Mührün kendisi bozulmuş"),
        SealReason.TIMESTAMP.value: _("Mühürdeki zaman damgası bu mührün değil"),
        SealReason.KEY_REVOKED.value: _("Mühür, anahtar geçersiz sayıldıktan sonra vurulmuş"),
        SealReason.KEY_NOT_IN_USE.value: _("Mühür, anahtarın kullanılmadığı bir zamanda vurulmuş"),
    }.get(str(reason), _("Mühür denetlenemedi"))


def _mark(standing: Standing) -> str:
    return "ok" if standing in {Standing.VALID, Standing.END} else "warn"


def _check(mark: str, title: str, text: str = "") -> Row:
    return {"mark": mark, "title": title, "text": text}


def _row(label: str, value: str, *details: str) -> Row:
    return {"label": label, "value": value, "details": [line for line in details if line], "tag": ""}


def _day(value: Any) -> str:
    return fmt.date_text(day_of(value) if isinstance(value, datetime) else value, current_language()) if value else ""
