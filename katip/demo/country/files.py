"""What lies beside the database as files: the month's feed that is still to come, and the terms in force.

The feed has the columns that `katip import headcounts` reads. The mirror of terms is what a floor is measured with: the
same facts as the register's own rows, ready to be read.
"""

import shutil
from pathlib import Path

import polars as pl

from katip.demo.country.workplaces import Plan

MIRROR = "terms.parquet"


def feed_name(plan: Plan) -> str:
    """The feed's name without its ending."""
    return f"headcounts-{plan.period:%Y-%m}"


class Files:
    """Written block by block into `folder`, then put together; nothing is held in memory."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder, self._plan = folder, plan
        self._parts = folder / "parts"
        shutil.rmtree(self._parts, ignore_errors=True)
        self._parts.mkdir(parents=True)
        self._feed = (folder / f"{feed_name(plan)}.csv").open("wb")
        self._no = 0

    def add(self, block: pl.DataFrame, contracts: pl.DataFrame) -> None:
        """Add what is told of a block of workplaces, and their contracts' terms."""
        self._no += 1
        told = block.select(
            "sgk_number",
            pl.lit(self._plan.period).alias("period"),
            pl.col("employees_after").cast(pl.Int32).alias("employees"),
            pl.col("nace_after").alias("nace"),
        )
        told.with_columns(pl.col("period").dt.strftime("%Y-%m")).write_csv(self._feed, include_header=self._no == 1)
        told.write_parquet(self._parts / f"feed-{self._no:05}.parquet")
        contracts.select(
            pl.col("contract_id").cast(pl.Int64),
            "sgk_number",
            *(pl.col(name).cast(pl.Int64) for name in ("workplace_id", "professional_id", "provider_id")),
            pl.col("profession_word").alias("profession"),
            pl.col("minutes").cast(pl.Int32),
            pl.lit(1, pl.Int32).alias("version_no"),
            pl.col("employees").cast(pl.Int32),
            pl.col("hazard_word").alias("hazard_class"),
            pl.col("required").cast(pl.Int32).alias("required_minutes"),
            pl.col("consent").fill_null(value=False),
        ).write_parquet(self._parts / f"terms-{self._no:05}.parquet")

    def close(self) -> list[Path]:
        """Finish the files; returns them."""
        self._feed.close()
        made = [self._folder / f"{feed_name(self._plan)}.csv"]
        for kind, name in (("feed", f"{feed_name(self._plan)}.parquet"), ("terms", MIRROR)):
            path = self._folder / name
            pl.scan_parquet(self._parts / f"{kind}-*.parquet").sink_parquet(path)
            made.append(path)
        shutil.rmtree(self._parts)
        return made
