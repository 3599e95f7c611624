from access.models import Client


def test_db(db):
    assert Client.objects.count() == 0
