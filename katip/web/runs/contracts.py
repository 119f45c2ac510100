"""Runs over contracts: offering anew and ending, to be read, and what came of each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from katip.contracts.fitness import workplaces_lacking
from katip.contracts.models import AssignmentType, Contract
from katip.contracts.selectors import contracts_told, minutes_now
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.core.usecase import whole_register
from katip.notices.follow import reject_reasons
from katip.rules import SHORT_CONTRACT_DAYS, ContractState, Profession
from katip.runs.contract_rows import digests_of
from katip.runs.kinds import RowAsked
from katip.runs.models import Run, RunOutcome, RunRow
from katip.runs.selectors import run_subjects
from katip.runs.texts import TEXTS
from katip.web import format as fmt
from katip.web.processes.kinds import row as line
from katip.web.runs.kinds import RowShown, RunPresenter, Tick
from katip.web.templatetags.katip import current_language
from katip.web.words import PROFESSIONS


def texts_ticks(run: Run) -> list[Tick]:
    """A tick for each text of a run that approves nothing."""
    ticks = []
    for version in run.text_versions:
        label, _dot, rest = TEXTS[version][current_language()].partition(". ")
        ticks.append(Tick(version, label, rest))
    return ticks


class ContractsPresenter(RunPresenter):
    """What both kinds share: a line for each contract, by company."""

    review_template = "components/run_contracts.html"

    def ticks(self, run: Run) -> Sequence[Tick]:
        return texts_ticks(run)

    def texts_again(self, run: Run, rows: Sequence[RowAsked]) -> Sequence[str]:
        del rows
        return list(run.text_versions)

    def rows_shown(self, run: Run, rows: Sequence[RunRow]) -> Mapping[int, RowShown]:
        del run
        with whole_register("what one confirmed in a run is told to one, also once the mandate is over"):
            contracts = _contracts(rows)
        return {row.no: self.shown(row, contracts[row.subject_id]) for row in rows if row.subject_id in contracts}

    def shown(self, row: RunRow, contract: Contract) -> RowShown:
        """One row as it is called on the pages and on the receipt."""
        return RowShown(
            label=f"{contract.code} · {PROFESSIONS[Profession(contract.profession)]}",
            company=contract.workplace.title,
            detail=self.detail(row, contract),
            url=reverse("contract", args=[contract.pk]),
        )

    def detail(self, row: RunRow, contract: Contract) -> str:
        """Whose contract it is, in a few words."""
        del row
        return contract.provider.short_title if contract.provider else _("İşyerinin kendi personeli")

    def list_of(self, run: Run) -> tuple[str, str]:
        del run
        return _("İSG Hizmet Sözleşmeleri"), reverse("contracts")


class ReofferPresenter(ContractsPresenter):
    """*Yeniden teklif et* for many."""

    def title(self, run: Run) -> str:
        del run
        return _("Toplu yeniden teklif")

    def heading(self, run: Run) -> str:
        words = ngettext("%(n)s teklifi yeniden gönderin", "%(n)s teklifi yeniden gönderin", run.total)
        return words % {"n": fmt.number_text(run.total, current_language())}

    def lead(self, run: Run) -> str:
        del run
        return _(
            "Her biri aynı işyeri, profesyonel ve süreyle yeniden teklif edilir; önce profesyonel, sonra işveren "
            "onaylar."
        )

    def review(self, request: Any, run: Run, rows: Sequence[RunRow]) -> dict[str, Any]:
        """Each contract with the minutes that will be offered, and those of the last time where they differ."""
        del request
        contracts, gone = _as_shown(rows, _contracts(rows))
        reasons = reject_reasons([one.process_id for one in contracts.values()])
        lines = []
        for row in rows:
            if row.subject_id in contracts:
                one = contracts[row.subject_id]
                said = reasons.get(one.process_id)
                lines.append(_line(one, int(row.params["minutes"])) | {"reason": said.reason if said else ""})
        raised = sum(one["before"] is not None for one in lines)
        words = ngettext(
            "%(n)s teklifin süresi bugünkü yasal alt sınıra yükseltildi; satırında yazılıdır.",
            "%(n)s teklifin süresi bugünkü yasal alt sınıra yükseltildi; satırlarında yazılıdır.",
            raised,
        )
        notices = [*gone, words % {"n": fmt.number_text(raised, current_language())}] if raised else gone
        figures = [
            {"label": _("Teklif"), "value": run.total},
            {"label": _("İşyeri"), "value": len({one["company"] for one in lines})},
            {"label": _("Toplam aylık süre"), "value": sum(one["minutes"] for one in lines), "note": _("dakika")},
        ]
        return {"figures": figures if len(rows) == run.total else figures[:1], "notices": notices, "rows": lines}

    def shown(self, row: RunRow, contract: Contract) -> RowShown:
        known = super().shown(row, contract)
        made = row.result.result_id if row.result else None
        return RowShown(known.label, known.company, known.detail, reverse("contract", args=[made or contract.pk]))

    def detail(self, row: RunRow, contract: Contract) -> str:
        minutes = fmt.minutes_text(int(row.params["minutes"]), current_language())
        return f"{contract.professional.person.name} · {minutes}"

    def done_words(self, run: Run) -> str:
        words = ngettext("%(n)s teklif yeniden gönderildi.", "%(n)s teklif yeniden gönderildi.", run.done)
        return words % {"n": fmt.number_text(run.done, current_language())}

    def done_label(self, run: Run) -> str:
        del run
        return _("Gönderilen")

    def list_of(self, run: Run) -> tuple[str, str]:
        del run
        return _("Düşen teklifler"), reverse("run_reoffer")


class EndPresenter(ContractsPresenter):
    """*Sonlandır* for many."""

    def title(self, run: Run) -> str:
        del run
        return _("Toplu sonlandırma")

    def heading(self, run: Run) -> str:
        words = ngettext("%(n)s sözleşmeyi sonlandırın", "%(n)s sözleşmeyi sonlandırın", run.total)
        return words % {"n": fmt.number_text(run.total, current_language())}

    def lead(self, run: Run) -> str:
        del run
        return _("Sonlandırmak için öteki tarafların onayı gerekmez; hepsini okuyun, sonra bir kez onaylayın.")

    def review(self, request: Any, run: Run, rows: Sequence[RunRow]) -> dict[str, Any]:
        """The last day and the reason once, then each contract."""
        last_day, language = date.fromisoformat(run.params["last_day"]), current_language()
        contracts, notices = _as_shown(rows, _contracts(rows, at=request.at))
        told = [contracts[row.subject_id] for row in rows if row.subject_id in contracts]
        if last_day == day_of(request.at):
            notices.append(_("Son gün bugün: sözleşmeler hemen sonlanır ve bu geri alınamaz."))
        if any(row.capacity == Capacity.WORKPLACE for row in rows):
            notices.append(
                _(
                    "Bildirim yüzünden görevine son verilen uzman ya da hekime, en az bir yıllık sözleşme ücreti "
                    "tutarında tazminat ödenir (6331 m.8/2)."
                )
            )
        blocked = sum(_stays_blocked(one, last_day) for one in told)
        if blocked:
            words = ngettext(
                "%(n)s sözleşme o gün %(short)s günü aşmamış olur: dakikaları ayın sonuna kadar profesyonelin "
                "kapasitesinde bloke kalır.",
                "%(n)s sözleşme o gün %(short)s günü aşmamış olur: dakikaları ayın sonuna kadar profesyonellerin "
                "kapasitesinde bloke kalır.",
                blocked,
            )
            notices.append(words % {"n": fmt.number_text(blocked, language), "short": SHORT_CONTRACT_DAYS})
        lacking = len(workplaces_lacking(run_subjects(run), request.at))
        if lacking:
            words = ngettext(
                "Bugünkü sayılarla, hepsi sonlanınca %(n)s işyerinde yasanın istediği hizmet eksik kalır.",
                "Bugünkü sayılarla, hepsi sonlanınca %(n)s işyerinde yasanın istediği hizmet eksik kalır.",
                lacking,
            )
            notices.append(words % {"n": fmt.number_text(lacking, language)})
        common = [
            line(_("Son gün"), fmt.deadline_text(last_day, language), strong=True),
            line(_("Neden"), str(run.params["note"])),
        ]
        lines = [_line(one, one.minutes_now) for one in told]
        return {"figures": [], "notices": notices, "common": common, "rows": lines, "with_provider": True}

    def refusal(self, outcome: RunOutcome) -> tuple[str, str]:
        if outcome.code == "action_not_allowed" and outcome.facts.get("state") == ContractState.ENDED:
            return _("Bu sözleşme zaten sonlandırılmış."), _("Son günü ve nedeni sözleşmenin sayfasında yazılıdır.")
        return super().refusal(outcome)

    def done_words(self, run: Run) -> str:
        day = fmt.deadline_text(date.fromisoformat(run.params["last_day"]), current_language())
        words = ngettext(
            "%(n)s sözleşme için son gün %(day)s olarak kaydedildi.",
            "%(n)s sözleşme için son gün %(day)s olarak kaydedildi.",
            run.done,
        )
        return words % {"n": fmt.number_text(run.done, current_language()), "day": day}

    def done_label(self, run: Run) -> str:
        del run
        return _("Sonlandırılan")

    def list_of(self, run: Run) -> tuple[str, str]:
        del run
        return _("Devam eden sözleşmeler"), reverse("run_end")


def _stays_blocked(contract: Contract, last_day: date) -> bool:
    """Whether its minutes are not free before the month's end, because it was short."""
    if contract.provider_id is None or contract.active_from is None:
        return False
    return (last_day - day_of(contract.active_from)).days < SHORT_CONTRACT_DAYS


def _contracts(rows: Sequence[RunRow], at: Any = None) -> dict[int, Any]:
    """The rows' contracts, as far as whoever asks sees them by now: a draft is no mandate."""
    told: Any = contracts_told().filter(pk__in=[row.subject_id for row in rows])
    if at is not None:
        told = told.annotate(minutes_now=minutes_now(at))
    found: dict[int, Any] = told.in_bulk()
    return found


def _as_shown(rows: Sequence[RunRow], contracts: Mapping[int, Any]) -> tuple[dict[int, Any], list[str]]:
    """Those contracts that still stand as they were shown, and a sentence about the others, if there are any."""
    digests, shown = digests_of(list(contracts.values())), {row.subject_id: row.digest for row in rows}
    same = {number: one for number, one in contracts.items() if digests[number] == shown[number]}
    gone = len(shown) - len(same)
    words = ngettext(
        "%(n)s sözleşme siz okurken değişti; o bu sayfada yok ve işleme alınmaz.",
        "%(n)s sözleşme siz okurken değişti; onlar bu sayfada yok ve işleme alınmaz.",
        gone,
    )
    return same, [words % {"n": fmt.number_text(gone, current_language())}] if gone else []


def _line(contract: Contract, minutes: int) -> dict[str, Any]:
    full_time = contract.assignment_type == AssignmentType.FULL_TIME
    before = contract.minutes if contract.active_from is None and contract.minutes != minutes else None
    return {
        "code": contract.code,
        "label": PROFESSIONS[Profession(contract.profession)],
        "url": reverse("contract", args=[contract.pk]),
        "company": contract.workplace.title,
        "sgk_number": contract.workplace.sgk_number,
        "place": contract.workplace.province.name,
        "person": contract.professional.person.name,
        "provider": contract.provider.short_title if contract.provider else "",
        "minutes": minutes,
        "before": before,
        "full_time": full_time,
        "state": contract.state,
        "since": contract.active_from,
    }
