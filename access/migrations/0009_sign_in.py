import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from access.rights import Side
from access.walls import Wall

# Whose domain it is, whatever the provider says: everybody with an address there.
BUMP_DOMAIN = """
CREATE FUNCTION access_bump_domain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO access_rightsversionuser AS v (user_id, version)
  SELECT u.id, 1 FROM access_user u WHERE lower(substring(u.email from '@([^@]+)$')) IN (
    SELECT d FROM unnest(ARRAY[
      CASE WHEN TG_OP <> 'INSERT' THEN OLD.domain END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.domain END]) AS d)
  ON CONFLICT (user_id) DO UPDATE SET version = v.version + 1;
  RETURN NULL;
END $$
"""
# Each use of a factor writes its row too, and changes nothing about what anybody may do.
CHANGES = {
    "mfa_authenticator": "OLD.type IS DISTINCT FROM NEW.type OR OLD.user_id IS DISTINCT FROM NEW.user_id",
    "socialaccount_socialaccount": (
        "OLD.provider IS DISTINCT FROM NEW.provider OR OLD.user_id IS DISTINCT FROM NEW.user_id"
    ),
    "access_shiftcode": (
        "OLD.open_until IS DISTINCT FROM NEW.open_until OR OLD.revoked_at IS DISTINCT FROM NEW.revoked_at"
    ),
}


def bumps() -> list[migrations.RunSQL]:
    """A trigger for a row that comes or goes, and one for a change that counts."""
    made = []
    for table, changed in CHANGES.items():
        run = "FOR EACH ROW"
        made.append(
            f"CREATE TRIGGER bump_rights AFTER INSERT OR DELETE ON {table} {run} EXECUTE FUNCTION access_bump_user()"
        )
        made.append(
            f"CREATE TRIGGER bump_rights_changed AFTER UPDATE ON {table} {run} WHEN ({changed})"
            " EXECUTE FUNCTION access_bump_user()"
        )
    made.append(
        "CREATE TRIGGER bump_rights AFTER INSERT OR UPDATE OR DELETE ON access_signindomain"
        " FOR EACH ROW EXECUTE FUNCTION access_bump_domain()"
    )
    return [migrations.RunSQL(statement) for statement in (BUMP_DOMAIN, *made)]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0008_clearance_walls"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignInDomain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(max_length=190, unique=True)),
                ("provider", models.CharField(max_length=24)),
                ("organisation", models.CharField(max_length=120)),
                ("required", models.BooleanField(default=False)),
                ("vouched_since", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="VendorProvider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=300)),
                ("audience", models.CharField(max_length=200)),
                ("secret", models.TextField(blank=True)),
                ("required", models.BooleanField(default=False)),
                ("vouches", models.BooleanField(default=False)),
                ("worked_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "vendor",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="access.vendor"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClientProvider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=300)),
                ("audience", models.CharField(max_length=200)),
                ("secret", models.TextField(blank=True)),
                ("required", models.BooleanField(default=False)),
                ("vouches", models.BooleanField(default=False)),
                ("worked_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.client",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("client",), name="one_provider_per_client")],
            },
        ),
        migrations.CreateModel(
            name="ShiftCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("usable_until", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("open_until", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-id"], name="shift_codes_of_person")],
            },
        ),
        Wall("ClientProvider", sides=(Side.CLIENT, Side.SYSTEM)),
        *bumps(),
    ]
