"""Routes that do what no page of ours does, to try the doors and the transaction around them."""

from django.db import connection, transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from access import scope
from access.doors import api, public, staff
from access.errors import Conflict, NotFound, RightMissing
from access.models import ClientProfile, StaffCard
from access.rights import Right
from helpdesk.urls import handler400, handler403, handler404, handler500
from helpdesk.urls import urlpatterns as own

FAILURES = {
    "http404": Http404,
    "not_found": NotFound,
    "conflict": Conflict,
    "right_missing": RightMissing,
    "crash": RuntimeError,
}


def _write(word):
    return ClientProfile.objects.update(voice=word)


@staff(Right.TICKET_READ)
def here(request, client):
    return JsonResponse({"clients": list(scope.require().client_ids), "name": request.actor.name})


@staff(Right.TICKET_TRIAGE)
def triage(request, client):
    return HttpResponse("done")


@staff()
def anywhere(request):
    return JsonResponse({"clients": list(request.actor.client_ids)})


@staff()
def write_then(request, client, how):
    _write("written")
    request.session["seen"] = how
    if how == "fine":
        return HttpResponse("fine")
    if how.isdigit():
        return HttpResponse(status=int(how))
    raise FAILURES[how]


@staff()
def swallow(request, client):
    _write("written")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
    except Exception:
        return HttpResponse("all is well")


@staff()
def swallow_inside(request, client):
    try:
        with transaction.atomic(savepoint=False):
            _write("written")
            raise RuntimeError
    except RuntimeError:
        return HttpResponse("all is well")


AFTER_COMMIT = []


@staff()
def hint_then(request, client, how):
    transaction.on_commit(lambda: AFTER_COMMIT.append(how))
    return write_then(request, client, how)


@staff()
def late(request, client):
    template = engines["django"].from_string("{% for card in cards %}{{ card.name }};{% endfor %}")
    return TemplateResponse(request, template, {"cards": StaffCard.objects.order_by("name")})


@public()
def nosy(request):
    return HttpResponse(str(StaffCard.objects.count()))


def doorless(request):
    return HttpResponse("open to all")


class Trial(APIView):
    door = {"get": api(Right.TICKET_READ), "post": api(Right.TICKET_TRIAGE)}

    def get(self, request):
        return Response({"clients": list(request.user.client_ids)})

    def post(self, request):
        _write("written")
        raise ValidationError({"subject": "missing"})


urlpatterns = [
    path("try/anywhere", anywhere),
    path("try/nosy", nosy),
    path("try/doorless", doorless),
    path("try/<slug:client>/here", here),
    path("try/<slug:client>/triage", triage),
    path("try/<slug:client>/write/<slug:how>", write_then),
    path("try/<slug:client>/swallow-inside", swallow_inside),
    path("try/<slug:client>/hint/<str:how>", hint_then),
    path("try/<slug:client>/swallow", swallow),
    path("try/<slug:client>/late", late),
    path("api/v1/try", Trial.as_view()),
    *own,
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
