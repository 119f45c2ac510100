"""The parts of the pages as template tags and filters, in one library; each part can be seen at ``/_parcalar/``.

Tags only show what they are given: they ask no database and decide nothing. Words are Turkish message ids. The modules
beside this one hold them by kind.
"""

from django import template

from katip.web.templatetags import fields, frames, lists, pictures, states, words
from katip.web.templatetags.states import TAGS
from katip.web.templatetags.words import current_language

__all__ = ["TAGS", "current_language", "register"]

register = template.Library()
for _part in (words, states, frames, fields, lists, pictures):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
