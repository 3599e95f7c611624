"""A public article is drawn once and handed out many times, and still follows every change."""

import re

from access.models import Client
from knowledgebase.models import Article, Category
from tests.knowledgebase.test_pages import page


def test_a_page_that_is_remembered_follows_every_change(world, write):
    revision = write(title="Slow charging")
    address = f"/voltarra/articles/{revision.article.slug}/"
    assert "Slow charging" in page(world.browser().get(address))

    with world.enter(world.c1):
        Category.objects.filter(pk=revision.article.category_id).update(name="Cables and sockets")
    assert "Cables and sockets" in page(world.browser().get(address))
    Client.objects.filter(pk=world.c1.pk).update(phone="+46 8 555 01 23")
    assert "+46 8 555 01 23" in page(world.browser().get(address))
    write(title="Slow charging, explained", article=revision.article, expected_number=revision.number)
    assert "Slow charging, explained" in page(world.browser().get(address))
    with world.enter(world.c1):
        Article.objects.filter(pk=revision.article_id).update(published_number=None)
    assert world.browser().get(address).status_code == 404


def test_a_page_that_is_remembered_carries_each_visitors_own_token(world, write):
    address = f"/voltarra/articles/{write().article.slug}/"

    pages = [page(browser.get(address)) for browser in (world.browser(), world.browser())]
    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', each)) for each in pages]

    assert all(len(found) == 1 for found in tokens)
    assert tokens[0] != tokens[1]


def test_a_page_is_remembered_for_one_client_and_language(world, write):
    ours = write(title="Ours")
    theirs = write(title="Theirs", client=world.c2)

    for _each in range(2):
        assert "Ours" in page(world.browser().get(f"/voltarra/articles/{ours.article.slug}/"))
        assert "Theirs" in page(world.browser().get(f"/alderby/articles/{theirs.article.slug}/"))
        assert world.browser().get(f"/alderby/articles/{ours.article.slug}/").status_code == 404
    swedish = world.browser().get(f"/voltarra/articles/{ours.article.slug}/", headers={"Accept-Language": "sv"})
    assert 'lang="sv"' in page(swedish)[:200]
