"""What this installation is, where it listens and how it stops."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from katip.core.choices.places import default_data


class Serving(BaseModel):
    """What this installation is, where it listens and how it stops."""

    title: ClassVar[str] = "Serving"

    env: Literal["production", "development"] = Field(
        default="production",
        description="development adds the page of components at `/_parcalar/`",
    )
    demo: bool = Field(
        default=False,
        description=(
            "warns on every page that the data are samples. Refused in production, on anything but loopback, and "
            "with `KATIP_PUBLIC_URL`. `script/demo` sets it"
        ),
    )
    host: str = Field(
        default="127.0.0.1",
        description=(
            "address to listen on. Off loopback in production, `katip serve` warns (`katip.W001`) unless "
            "`KATIP_PUBLIC_URL` begins with `https://`. `localhost` is answered on loopback only"
        ),
    )
    port: int = Field(
        default=8000,
        description="port to listen on",
    )
    public_url: str = Field(
        default="",
        description=(
            "the address that people type, e.g. `https://katip.example`. With `https://`, cookies are `Secure`, "
            "HSTS is sent, and `X-Forwarded-Proto` of the proxy is believed"
        ),
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        description=(
            "how many proxies of your own stand in front: the address behind them is the one that rate limits count"
        ),
    )
    web_workers: int = Field(
        default=0,
        ge=0,
        le=256,
        description="web processes of `katip serve`; `0`: one for each core",
    )
    web_threads: int = Field(
        default=4,
        ge=1,
        le=64,
        description="how many requests a web process answers at once",
    )
    drain_seconds: int = Field(
        default=0,
        ge=0,
        le=300,
        description=(
            "told to stop, `katip serve` says so at `/saglik/hazir/` and goes on serving for so long: a little "
            "longer than a proxy needs to see it"
        ),
    )
    stop_seconds: int = Field(
        default=20,
        ge=1,
        le=600,
        description="then requests that are being answered may take so long; what is not answered by then is cut off",
    )
    data: Path = Field(
        default=default_data("katip"),
        description=(
            "folder for keys, static files and the embedded database. The default lies in the checkout; a "
            "relative path of your own counts from where the command is called"
        ),
    )
