"""The building blocks of every page, for templates; `helpdesk.look` holds them, `docs/look.md` shows them.

Tags that build strings, not templates, because a queue page shows hundreds of them.
"""

from django import template

from helpdesk.look import drawn, fields, navigation, pictures, status, times, words

register = template.Library()

for _tag in (
    pictures.icon,
    pictures.tile,
    pictures.vendor_tile,
    pictures.face,
    pictures.who,
    status.priority,
    status.time_left,
    status.waiting_on,
    status.pill,
    times.local_time,
    fields.field,
    fields.fields,
    fields.form_errors,
    fields.once,
    navigation.key,
    navigation.pager,
    words.script_words,
):
    register.simple_tag(_tag)

register.filter("date", times.date, expects_localtime=True, is_safe=False)
register.simple_tag(status.flash, takes_context=True)
register.simple_tag(navigation.nav_item, takes_context=True)
register.simple_block_tag(status.msgbar, end_name="endmsgbar")
register.simple_block_tag(status.blank, end_name="endblank")
register.tag("drawn", drawn.compile_drawn)
