"""Row security of the baseline: for who reads reports, never for customers."""

from django.db import migrations

from access.walls import Tie, Wall


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial"), ("access", "0002_walls")]

    operations = [Wall("Baseline"), Tie("Baseline")]
