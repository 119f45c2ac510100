"""Addresses of the pages about minutes."""

from django.urls import path

from katip.web.capacity import views

paths = [
    path("kapasite/", views.board, name="board"),
    path("kapasite/<int:no>/", views.board_person, name="board_person"),
    path("surelerim/", views.own_minutes, name="own_minutes"),
]
