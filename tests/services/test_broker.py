"""Tasks that the web server or a command sends go to our broker."""

from concurrent.futures import ThreadPoolExecutor

from celery import current_app
from django.conf import settings

from post.tasks import deliver_mail


def test_a_thread_of_the_web_server_sends_to_our_redis() -> None:
    with ThreadPoolExecutor(1) as web_server:
        found = web_server.submit(lambda: (current_app.conf.broker_url, deliver_mail.app.conf.broker_url)).result()

    assert found == (settings.REDIS_URL, settings.REDIS_URL)
