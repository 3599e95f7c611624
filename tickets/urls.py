"""The routes of `tickets`, by the door they stand behind; `helpdesk.urls` mounts them."""

from django.urls import URLPattern, path

from tickets import files
from tickets.console import categories, changeovers, fields, services, sources
from tickets.desk import undelivered
from tickets.desk import urls as desk_urls
from tickets.portal import entry, own_words, thread, voice
from tickets.portal import views as portal_views

desk: list[URLPattern] = desk_urls.routes
console: list[URLPattern] = [
    path("undelivered/", undelivered.clients_undelivered, name="undelivered"),
    path("contracts/changeovers/", changeovers.overview, name="changeovers"),
    path("contracts/changeovers/<int:changeover_id>/call-off/", changeovers.call_off, name="call_off_changeover"),
    path("words/", own_words.own_words, name="impact_words"),
    path("records/", fields.overview, name="record_fields"),
    path("records/new/", fields.new_field, name="new_record_field"),
    path("records/<int:field_id>/", fields.edit_field, name="record_field"),
    path("records/<int:field_id>/remove/", fields.remove_field, name="remove_record_field"),
    path("records/<int:field_id>/move/", fields.move_field, name="move_record_field"),
    path("categories/", categories.overview, name="categories"),
    path("categories/new/", categories.new_category, name="new_category"),
    path("categories/<int:category_id>/", categories.edit_category, name="category"),
    path("categories/<int:category_id>/order/", categories.order_category, name="order_category"),
    path("services/", services.overview, name="services"),
    path("services/new/", services.new_service, name="new_service"),
    path("services/<int:service_id>/", services.edit_service, name="service"),
    path("priorities/", services.priorities, name="priorities"),
    path("sources/", sources.overview, name="record_sources"),
    path("sources/new/", sources.new_source, name="new_record_source"),
    path("sources/<int:source_id>/", sources.edit_source, name="record_source"),
    path("sources/<int:source_id>/secret/", sources.renew_secret, name="renew_source_secret"),
    path("sources/<int:source_id>/remove/", sources.remove_source, name="remove_record_source"),
    path("voice/", voice.voice, name="voice"),
]
portal: list[URLPattern] = [
    path("", portal_views.home, name="home"),
    path("new/", portal_views.new, name="new"),
    path("new/<int:number>/", portal_views.opened, name="opened"),
    path("sign-in/", entry.sign_in, name="sign_in"),
    path("sign-out/", entry.sign_out, name="sign_out"),
    path("enter/<str:token>/", entry.enter, name="enter"),
    path("questions/", thread.mine, name="mine"),
    path("questions/<int:number>/", thread.ticket, name="ticket"),
    path("questions/<int:number>/reply/", thread.reply, name="reply"),
    path("questions/<int:number>/close/", thread.close, name="close"),
    path("questions/<int:number>/reopen/", thread.reopen, name="reopen"),
    path("files/<int:id>/", files.portal_file, name="file"),
]
site: list[URLPattern] = []
