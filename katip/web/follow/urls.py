"""Addresses of the provider's board."""

from django.urls import path

from katip.web.follow import figures, views

paths = [
    path("takip/", views.follow, name="follow"),
    path("takip/hatirlat/", views.follow_remind, name="follow_remind"),
    path("takip/sayilar/", figures.follow_figures, name="follow_figures"),
]
