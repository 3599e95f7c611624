"""Row security of the mail room."""

from django.db import migrations

from access.walls import ALL_SIDES, AUDIENCE, CUSTOMERS_OWN, Wall


class Migration(migrations.Migration):
    dependencies = [("post", "0001_initial"), ("access", "0002_walls")]

    operations = [
        Wall("StoredFile", sides=ALL_SIDES, fences=[AUDIENCE]),
        Wall("OutboxMail", sides=ALL_SIDES, fences=[CUSTOMERS_OWN]),
        Wall("IdempotencyKey", sides=ALL_SIDES),
    ]
