"""What those see who keep the service running."""

from typing import ClassVar, Literal

from pydantic import BaseModel, Field


class Seeing(BaseModel):
    """What those see who keep the service running."""

    title: ClassVar[str] = "Seeing"
    more: ClassVar[str] = "See [seeing.md](seeing.md)."

    metrics_host: str = Field(
        default="127.0.0.1",
        description="address at which `katip serve` and `katip worker` give figures to Prometheus, over plain HTTP",
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="and the port; `0`: none are given",
    )
    log_format: Literal["plain", "json"] = Field(
        default="plain",
        description="how a line of the log is written: in words, or as one JSON object",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning",
        description="from which weight on anything is logged. `info` adds a line for each request",
    )
    otel_endpoint: str = Field(
        default="",
        description=(
            "where traces are sent, e.g. `http://localhost:4318` (OTLP over HTTP); needs the extra `otel`. Empty: none "
            "are made"
        ),
    )
