"""Addresses of the way by the chip; which reading is meant, the session knows."""

from django.urls import path

from katip.web.chip import views

paths = [
    path("iki-asamali-giris/kart/", views.chip, name="chip"),
    path("iki-asamali-giris/kart/okuma/", views.chip_reading, name="chip_reading"),
    path("iki-asamali-giris/kart/durum/", views.chip_state, name="chip_state"),
]
