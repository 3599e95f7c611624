"""The routes of `knowledgebase`, by the door they stand behind; `helpdesk.urls` mounts them."""

from django.urls import URLPattern, path

from knowledgebase.views import console as writing
from knowledgebase.views import desk as reading
from knowledgebase.views import must_reads
from knowledgebase.views import portal as public

desk: list[URLPattern] = [
    path("playbooks/", reading.playbooks, name="playbooks"),
    path("playbooks/<slug:client>/<slug:slug>/", reading.playbook, name="playbook"),
    path("playbooks/<slug:client>/<slug:slug>/read/", must_reads.read, name="read"),
]
console: list[URLPattern] = [
    path("articles/", writing.articles, name="articles"),
    path("articles/new/", writing.article_new, name="article_new"),
    path("articles/preview/", writing.article_preview, name="article_preview"),
    path("articles/<int:article>/", writing.article_edit, name="article_edit"),
    path("articles/<int:article>/withdraw/", writing.article_withdraw, name="article_withdraw"),
    path("articles/<int:article>/must-read/", must_reads.must_read_new, name="must_read_new"),
    path("articles/must-reads/", must_reads.all_must_reads, name="must_reads"),
    path("articles/must-reads/<int:must_read>/end/", must_reads.must_read_end, name="must_read_end"),
]
portal: list[URLPattern] = [
    path("articles/", public.articles, name="articles"),
    path("articles/<slug:slug>/", public.article, name="article"),
    path("suggest/", public.suggest, name="suggest"),
]
site: list[URLPattern] = []
