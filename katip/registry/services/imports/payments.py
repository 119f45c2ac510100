"""`katip import payments`: bank transactions on a workplace's card."""

from katip.core.imports import Check, Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import amount, text, word
from katip.registry.services.imports import shared

PAYMENTS = ImportSpec(
    kind="payments",
    about="Bank transactions, one line for each. A transaction keeps its reference and its workplace.",
    columns=(
        shared.sgk_number_column(content="; the workplace must be known (list `workplaces`)"),
        Column(
            name="reference",
            parse=text(40),
            help="the bank's reference, up to 40 characters; names the transaction",
            aliases=("referans", "referans_no", "islem_no"),
        ),
        shared.day_column(
            "paid_on", "day of the transaction, today or before", "odeme_tarihi", "islem_tarihi", "tarih"
        ),
        Column(name="description", parse=text(200), help="up to 200 characters", aliases=("aciklama",)),
        Column(
            name="counterparty",
            parse=text(200),
            help="who paid or was paid; up to 200 characters",
            aliases=("karsi_taraf", "alici"),
        ),
        Column(
            name="amount",
            parse=amount,
            help="Turkish lira, 0 or more, `1.234,50` or `1234.50`; dots between groups of three digits are read as "
            "separators of thousands",
            aliases=("tutar",),
            type="numeric(14, 2)",
        ),
        Column(
            name="state",
            parse=word({"paid": ("ödendi",), "refunded": ("iade edildi", "iade")}),
            help="`paid` (`Ödendi`) or `refunded` (`İade edildi`)",
            aliases=("durum",),
        ),
    ),
    checks=(
        conflict(
            key=("reference",),
            values=("sgk_number", "paid_on", "description", "counterparty", "amount", "state"),
        ),
        shared.WORKPLACE_KNOWN,
        Check("SELECT s.line, 'paid_on', 'in_future', NULL FROM import_line s WHERE s.paid_on > %(today)s::date"),
        Check("""
            SELECT s.line, 'reference', 'another_workplace', NULL FROM import_line s
            JOIN registry_payment payment ON payment.reference = s.reference
            JOIN registry_workplace workplace ON workplace.id = payment.workplace_id
            WHERE workplace.sgk_number <> s.sgk_number
        """),
    ),
    merges=(
        Upsert(
            table="registry_payment",
            key={"reference": "s.reference"},
            values={
                "workplace_id": "workplace.id",
                "paid_on": "s.paid_on",
                "description": "s.description",
                "counterparty": "s.counterparty",
                "amount": "s.amount",
                "state": "s.state",
            },
            joins=shared.WORKPLACE_JOIN,
        ).sql,
    ),
    reasons={**shared.REASONS, "another_workplace": "the register has this transaction for another workplace"},
)
