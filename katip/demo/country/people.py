"""The people: professionals, responsible managers, e-Bildirge users; and the providers with their staff."""

from dataclasses import dataclass

import polars as pl

from katip.core.crypto import lookup_key, seal
from katip.demo.country import words
from katip.demo.country.draws import below, key_of, unit
from katip.demo.country.numbers import national_id, phone, vkn
from katip.demo.country.workplaces import Plan, Skeleton

_FIRST_CERTIFICATE, _FIRST_STAFF = pl.date(2012, 1, 1), pl.date(2017, 1, 1)
_YEARS_3, _YEARS_8 = 1_090, 2_920
_EXPIRING = 0.004
"""the share of certificates that end in the month of the feed"""
_OSGB = 0.98
"""the share of providers that are firms; the others are the state's centres"""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The number before the first one of each table's new rows: a row's key is this and its own number, from 1."""

    person: int
    provider: int
    professional: int
    certificate: int
    workplace: int
    process: int
    contract: int


def persons(first: int, count: int, plan: Plan) -> pl.DataFrame:
    """The rows of people `first` to `first + count - 1`, numbered over the whole country; keys are left to add.

    Sealing is what takes the time: each T.C. kimlik no is sealed and hashed with the installation's own keys.
    """
    n = pl.col("n")
    frame = pl.int_range(first, first + count, dtype=pl.UInt32, eager=True).alias("n").to_frame()
    frame = frame.select(
        "n",
        national_id(n, plan.seed).alias("national_id"),
        words.given_name(n, plan.seed, "person").alias("given_name"),
        words.family_name(n, plan.seed, "person").alias("family_name"),
    )
    clear = frame["national_id"].to_list()
    keys = [lookup_key(number) for number in clear]
    sealed = ["\\\\x" + seal(number).hex() for number in clear]
    return frame.drop("national_id").with_columns(
        pl.Series("national_id_key", keys),
        pl.Series("national_id_sealed", sealed),
        pl.Series("password", [f"!{key[:40]}" for key in keys]),
        pl.lit("").alias("email"),
        pl.lit(value=True).alias("is_active"),
    )


def providers(country: Skeleton, names: pl.DataFrame, districts: pl.DataFrame, base: Numbers) -> pl.DataFrame:
    """The providers' rows, and `province_name` beside for the terms of contracts. `names` are those of managers."""
    plan, n = country.plan, pl.col("n")
    frame = pl.DataFrame({"n": pl.int_range(1, len(country.providers) + 1, dtype=pl.UInt32, eager=True)}).with_columns(
        pl.Series("province_id", country.providers, dtype=pl.UInt8)
    )
    place = pl.col("districts").cast(pl.Float64) * unit(n, key_of(plan.seed, "provider district"))
    counts = districts.group_by("province_id").agg(pl.len().alias("districts"), pl.col("province_name").first())
    kind = unit(n, key_of(plan.seed, "kind"))
    frame = frame.join(counts, on="province_id", how="left", maintain_order="left").with_columns(
        place.floor().cast(pl.UInt8).alias("place"),
        pl.when(kind < _OSGB).then(pl.lit("osgb")).otherwise(pl.lit("tsm")).alias("kind"),
    )
    frame = frame.join(districts, on=["province_id", "place"], how="left", maintain_order="left").hstack(names)
    number = pl.concat_str([pl.lit("ÖRNEK-"), _two(pl.col("province_id")), pl.lit("-"), n.cast(pl.String).str.zfill(5)])
    short = pl.concat_str([words.firm(n, plan.seed, "provider"), pl.lit(" OSGB")])
    centre = pl.concat_str([pl.lit("Örnek "), pl.col("district_name"), pl.lit(" TSM")])
    is_firm = pl.col("kind") == "osgb"
    form = words.form(n, plan.seed, "provider")
    return frame.select(
        (n + base.provider).cast(pl.UInt32).alias("id"),
        number.alias("authorisation_no"),
        "kind",
        pl.when(is_firm)
        .then(pl.concat_str([short, pl.lit(" "), form]))
        .otherwise(centre)
        .str.strip_chars_end()
        .alias("title"),
        pl.when(is_firm).then(short).otherwise(centre).alias("short_title"),
        vkn(n, plan.seed, "provider").alias("vkn"),
        "province_id",
        "district_id",
        pl.concat_str([pl.col("given_name"), pl.lit(" "), pl.col("family_name")]).alias("contact_name"),
        phone(n, plan.seed, "provider").alias("contact_phone"),
        pl.lit("Hafta içi 09:00–18:00").alias("contact_hours"),
        "province_name",
    )


def certificates(professionals: pl.DataFrame, plan: Plan, base: Numbers) -> pl.DataFrame:
    """One certificate for each professional, of the class that what they serve asks for."""
    n = pl.col("professional")
    since = _FIRST_CERTIFICATE + pl.duration(days=below(n, key_of(plan.seed, "certified"), _YEARS_8).cast(pl.Int64))
    ends = unit(n, key_of(plan.seed, "expiring")) < _EXPIRING
    return professionals.select(
        (n + base.certificate).cast(pl.UInt32).alias("id"),
        (n + base.professional).cast(pl.UInt32).alias("professional_id"),
        pl.col("profession_word").alias("profession"),
        pl.col("class").alias("certificate_class"),
        pl.concat_str([pl.lit("ÖRN-"), n.cast(pl.String).str.zfill(7)]).alias("number"),
        since.cast(pl.String).alias("valid_from"),
        pl.when(ends).then(pl.lit(plan.period.replace(day=20).isoformat())).alias("valid_to"),
    )


def staff_contracts(professionals: pl.DataFrame, plan: Plan, base: Numbers) -> pl.DataFrame:
    """The staff contracts of those who serve."""
    n = pl.col("professional")
    since = _FIRST_STAFF + pl.duration(days=below(n, key_of(plan.seed, "hired"), _YEARS_3).cast(pl.Int64))
    return professionals.filter(pl.col("staff_provider") > 0).select(
        (pl.col("staff_provider").cast(pl.UInt32) + base.provider).alias("provider_id"),
        (n + base.professional).cast(pl.UInt32).alias("professional_id"),
        pl.col("staff_minutes").alias("minutes"),
        since.cast(pl.String).alias("valid_from"),
    )


def _two(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.String).str.zfill(2)
