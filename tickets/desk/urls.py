"""The routes of the desk over tickets."""

from django.urls import URLPattern, path

from tickets import files
from tickets.desk import (
    acts,
    customers,
    drafts,
    editing,
    merging,
    opening,
    queue,
    reveal,
    saved_views,
    sources,
    ticket,
    undelivered,
)

_TICKET = "<slug:client>/<int:number>/"
_CUSTOMER = "<slug:client>/customers/<int:customer>/"

routes: list[URLPattern] = [
    path("", queue.show, name="queue"),
    path("counts/", queue.view_counts, name="view_counts"),
    path("find/", queue.find, name="find"),
    path("next/", queue.take_next, name="next"),
    path("views/", saved_views.keep, name="keep_view"),
    path("views/<int:view>/remove/", saved_views.remove, name="remove_view"),
    path("customers/", customers.search, name="customers"),
    path("undelivered/", undelivered.undelivered, name="undelivered"),
    path("drafts/<str:mark>/", drafts.keep, name="draft"),
    path("<slug:client>/new/", opening.new, name="new"),
    path(_CUSTOMER, customers.show, name="customer"),
    path(f"{_CUSTOMER}edit/", editing.edit, name="edit_customer"),
    path(f"{_CUSTOMER}show/<slug:field>/", reveal.reveal, name="reveal"),
    path(f"{_CUSTOMER}call/", reveal.call, name="call"),
    path(f"{_CUSTOMER}records/<slug:which>/<slug:field>/", reveal.reveal_record, name="reveal_record"),
    path(f"{_CUSTOMER}records/", sources.client_records, name="client_records"),
    path(f"{_CUSTOMER}verify/", reveal.verify, name="verify"),
    path("<slug:client>/letters/<int:mail>/again/", undelivered.send_again, name="send_again"),
    path("<slug:client>/calls/<int:call_id>/again/", undelivered.retry_call, name="retry_call"),
    path(_TICKET, ticket.show, name="ticket"),
    path(f"{_TICKET}suggestions/", ticket.suggestions, name="suggestions"),
    path("<slug:client>/files/<int:id>/", files.desk_file, name="file"),
    path("<slug:client>/kept/<int:id>/", files.kept_file, name="kept_file"),
    path(f"{_TICKET}reply/", acts.reply, name="reply"),
    path(f"{_TICKET}note/", acts.note, name="note"),
    path(f"{_TICKET}waiting/<int:waiting>/send/", acts.send_waiting, name="send_waiting"),
    path(f"{_TICKET}waiting/<int:waiting>/leave/", acts.leave_waiting, name="leave_waiting"),
    path(f"{_TICKET}assign/", acts.assign, name="assign"),
    path(f"{_TICKET}work-now/", acts.work_now, name="work_now"),
    path(f"{_TICKET}solve/", acts.solve, name="solve"),
    path(f"{_TICKET}close/", acts.close, name="close"),
    path(f"{_TICKET}reopen/", acts.reopen, name="reopen"),
    path(f"{_TICKET}sort/", acts.sort, name="sort"),
    path(f"{_TICKET}priority/", acts.override, name="priority"),
    path(f"{_TICKET}tags/", acts.tags, name="tags"),
    path(f"{_TICKET}merge/", merging.merge, name="merge"),
    path(f"{_TICKET}skip/", queue.skip, name="skip"),
]
