"""Addresses of the tokens."""

from django.urls import path

from katip.web.programs import views

paths = [
    path("programlar/", views.programs, name="programs"),
    path("programlar/yeni/", views.program_new, name="program_new"),
    path("programlar/<int:no>/anahtar/", views.program_secret, name="program_secret"),
    path("programlar/<int:no>/yenile/", views.program_rotate, name="program_rotate"),
    path("programlar/<int:no>/geri-al/", views.program_revoke, name="program_revoke"),
]
