"""By which ways messages leave."""

from typing import ClassVar

from pydantic import BaseModel, Field

from katip.core.choices.secrets import secret


class Telling(BaseModel):
    """By which ways messages leave."""

    title: ClassVar[str] = "Telling people and programs"
    more: ClassVar[str] = "See [notices.md](notices.md)."

    smtp_url: str = secret(
        "`smtps://user:password@host:465` or `smtp://…:587` (STARTTLS is demanded off loopback). Empty: "
        "nothing leaves by e-mail; people read the same in the register. See [notices.md](notices.md)"
    )
    mail_from: str = Field(
        default="",
        description="the sender of those e-mails, e.g. `Katip <katip@example.org>`",
    )
    mail_bounces: str = Field(
        default="",
        description=(
            "the mailbox to which mail servers report: `bounces@example.org`, taking `bounces+…@example.org` as "
            "well, piped into `katip notices bounced`. Empty: they report to the sender"
        ),
    )
    senders: int = Field(
        default=4,
        ge=1,
        le=64,
        description="how many send at once by one channel of one process, where much waits",
    )
    sms_url: str = secret(
        "the gateway to which an SMS is posted; https off this machine. Empty: no SMS leaves. See "
        "[notices.md](notices.md#sms)"
    )
    sms_body: str = secret("what is posted, with `{phone}`, `{text}` and, where wanted, `{id}`")
    sms_content_type: str = Field(
        default="application/json",
        description="how that is written: JSON, `application/x-www-form-urlencoded` or XML",
    )
    sms_authorization: str = secret("its `Authorization` header")
    sms_accepted: str = Field(
        default="",
        description="a regular expression that an answer matches when the SMS was taken; empty: any 2xx",
    )
    sms_refused: str = Field(
        default="",
        description="one that tells that the number takes nothing for good",
    )
    kep_url: str = secret(
        "the gateway of the operator's own KEP account. Empty: nothing leaves by KEP, nor by plain e-mail in "
        "its place. See [notices.md](notices.md#kep)"
    )
    kep_body: str = secret(
        "what is posted there, JSON, with `{address}`, `{text}` and, where wanted, `{subject}`, `{id}`"
    )
    kep_authorization: str = secret("its `Authorization` header")
    kep_accepted: str = Field(
        default="",
        description="a regular expression that an answer matches when the account took it; empty: any 2xx",
    )
    webhook_ports: str = Field(
        default="443",
        description=(
            "ports of other houses that webhooks may be sent to, with spaces between them "
            "([docs/webhooks.md](webhooks.md))"
        ),
    )
    webhook_loopback: bool = Field(
        default=False,
        description=(
            "`true`: webhooks may be sent to programs on this machine, also by plain http, for trying them out; "
            "refused in production"
        ),
    )
