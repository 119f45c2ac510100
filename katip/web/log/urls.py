"""Addresses of the log: below `/kayit/` as C2SP tlog-tiles has them."""

from django.urls import path, register_converter

from katip.web.log import views
from katip.web.log.numbers import TileConverter, TileNumberConverter

register_converter(TileConverter, "tile")
register_converter(TileNumberConverter, "bundle")

paths = [
    path("kayit/", views.log_page, name="log"),
    path("kayit/checkpoint", views.log_checkpoint, name="log_checkpoint"),
    path("kayit/muhur.pem", views.log_seal, name="log_seal"),
    path("kayit/tile/entries/<bundle:bundle>", views.log_entries, name="log_entries"),
    path("kayit/tile/<tile:tile>", views.log_tile, name="log_tile"),
]
