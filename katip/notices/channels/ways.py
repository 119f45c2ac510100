"""Which way out there is by each channel, as the operator set it."""

from django.conf import settings

from katip.core.environment import Environment
from katip.notices.channels.base import Way
from katip.notices.channels.folder import folder_open, kep_content, mail_content, sms_content
from katip.notices.channels.kep import GatewaySender, kep_gateway, kep_open
from katip.notices.channels.sms import sms_gateway, sms_open
from katip.notices.channels.smtp import smtp_open
from katip.notices.models import Channel


def way_out(channel: Channel) -> Way | None:
    """The way out by `channel`; None where nothing leaves by it."""
    site: Environment = settings.KATIP
    if channel is Channel.EMAIL and site.smtp_url:
        return smtp_open(site.smtp_url)
    if channel is Channel.SMS and (sms := sms_gateway(site)):
        return sms_open(sms)
    if channel is Channel.KEP and (kep := kep_gateway(site)):
        return kep_open(GatewaySender(kep))
    return _demo_way(channel, site) if site.demo else None


def _demo_way(channel: Channel, site: Environment) -> Way:
    if channel is Channel.EMAIL:
        return folder_open(site.data / "mail", ".eml", mail_content)
    if channel is Channel.SMS:
        return folder_open(site.data / "sms", ".txt", sms_content)
    return folder_open(site.data / "kep", ".txt", kep_content)


def channels_open() -> frozenset[Channel]:
    """By which channels something leaves this installation at all."""
    return frozenset(channel for channel in Channel if way_out(channel) is not None)
