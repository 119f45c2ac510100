"""What a month's plan says of one contract: a row of the frame that `contracts.month` writes from.

Outcome and reason are the words of `rules.month`; profession and class those of `rules.values`.
"""

import polars as pl

from katip.core.frames import Schema

LINES: Schema = {
    "contract": pl.Int64,
    "workplace": pl.Int64,
    "professional": pl.Int64,
    "provider": pl.Int64,
    "profession": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "full_time": pl.Int8,
    "version": pl.Int64,
    "measured": pl.Int64,
    "minutes_before": pl.Int64,
    "minutes_after": pl.Int64,
    "agreed_after": pl.Int64,
    "running": pl.Int64,
    "employees_before": pl.Int64,
    "employees_after": pl.Int64,
    "hazard_before": pl.String,
    "hazard_after": pl.String,
    "required_before": pl.Int64,
    "required_after": pl.Int64,
    "law_after": pl.Int64,
    "physician": pl.Int8,
    "fit_before": pl.String,
    "fit_after": pl.String,
    "open_update": pl.Int64,
    "open_shortage": pl.Int64,
    "staff": pl.Int64,
    "free": pl.Int64,
}
"""`version` is the number of the terms in force, `measured` since when they are (microseconds since 1970), `running`
the part-time minutes of the group before the month.

`required_*` are what part-time contracts owe, `law_after` what the law asks beside full-time persons. `open_update` and
`open_shortage` are processes that the month takes back. `staff` and `free` are the professional's minutes a month with
the provider when it was planned, null where the plan does not draw on them. `fit_after` null is unchanged.
"""
