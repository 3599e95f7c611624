"""Migration operations that put a client's table behind row security.

`Wall` enables and forces the policies, `Tie` adds the composite foreign keys, `AppendOnly`
makes a table unchangeable, `OnlyApp` closes a function to others.  The catalogue test compares
the database with the models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.migrations.operations.base import Operation

from access.fields import ClientForeignKey
from access.rights import Side

# Uncorrelated sub-selects become one InitPlan each and an index condition; the casts stand inside,
# or they would be done again for every row.  NULLIF: a setting local to a transaction comes back
# as '' afterwards, which is no array and no number.
SIDE = "(SELECT NULLIF(current_setting('app.side', true), ''))"
CLIENTS = "(SELECT NULLIF(current_setting('app.client_ids', true), '')::bigint[])::bigint[]"
VENDOR = "(SELECT NULLIF(current_setting('app.vendor_id', true), '')::bigint)"
CUSTOMER = "(SELECT NULLIF(current_setting('app.customer_id', true), '')::bigint)"
USER = "(SELECT NULLIF(current_setting('app.user_id', true), '')::bigint)"
# The one customer whose rows may be touched, -1 (nobody) where none is set; NULL for staff, whom
# this does not restrict.
ONLY_CUSTOMER = (
    "(SELECT CASE WHEN current_setting('app.side', true) IN ('vendor', 'client', 'system') THEN NULL"
    " ELSE COALESCE(NULLIF(current_setting('app.customer_id', true), ''), '-1')::bigint END)"
)

# The other three are set as well: a setting that was never made is no setting.
_ENTER = (
    "SELECT set_config('app.side', %s, true), set_config('app.client_ids', %s, true),"
    " set_config('app.vendor_id', '', true), set_config('app.customer_id', '', true),"
    " set_config('app.user_id', '', true)"
)
ALL_SIDES = (Side.VENDOR, Side.CLIENT, Side.CUSTOMER, Side.SYSTEM)
STAFF = (Side.VENDOR, Side.CLIENT, Side.SYSTEM)
STAFF_AND_OFFICE = (*STAFF, Side.OFFICE)


@dataclass(frozen=True)
class Fence:
    """One more restrictive policy: `rule` for reading, `check` for writing (the same by default).

    In the text, {side}, {vendor}, {customer} and {user} are the settings, and {only_customer} is
    the customer to whom a customer's session is held (NULL for staff).
    """

    name: str
    rule: str
    check: str | None = None


# A row without a customer is no customer's.  As a COALESCE the planner takes the rule for one that
# leaves half of the rows; as IS NOT DISTINCT FROM for one that leaves one, and it sorts thousands.
CUSTOMERS_OWN = Fence("customer_wall", "COALESCE({only_customer} = COALESCE(customer_id, 0), true)")
# One vendor's, and the client's: its people and its office read it, never another vendor's.  A side that is
# not set yet (looking for one's own assignments) meets the client's wall alone.
VENDORS_AND_CLIENTS = Fence("vendor_wall", "COALESCE({side}, '') NOT IN ('vendor', 'office') OR vendor_id = {vendor}")
VENDORS_OWN = Fence("vendor_wall", "{side} = 'system' OR ({side} = 'vendor' AND vendor_id = {vendor})")


def _fill(text: str, table: str) -> str:
    return (
        text.replace("{table}", f'"{table}"')
        .replace("{side}", SIDE)
        .replace("{vendor}", VENDOR)
        .replace("{customer}", CUSTOMER)
        .replace("{only_customer}", ONLY_CUSTOMER)
        .replace("{user}", USER)
    )


# Customers reach what hangs on a ticket through the ticket's own policies.
CUSTOMERS_TICKET = Fence(
    "customer_wall",
    "{side} <> 'customer' OR EXISTS"
    " (SELECT 1 FROM tickets_ticket t WHERE t.client_id = {table}.client_id AND t.id = {table}.ticket_id)",
)
# What staff read and customers may only cause to be written.
STAFF_READ = Fence("staff_reads", "{side} <> 'customer'", "true")
AUDIENCE = Fence(
    "audience_wall",
    "CASE {side} WHEN 'system' THEN true"
    " WHEN 'vendor' THEN audience <> 'vendor' OR vendor_id = {vendor}"
    " WHEN 'client' THEN audience <> 'vendor'"
    " WHEN 'customer' THEN audience = 'public' AND customer_id = {customer} ELSE false END",
)


def client_rule(sides: Sequence[Side], column: str, *, own_rows: bool = False) -> str:
    """The condition on client and side; with `own_rows` a person also sees rows about themselves.

    The side decides within the same sub-select as the clients: as a condition of its own, the
    planner takes it for a filter that leaves one row in fifty, and joins badly.  The outer cast
    only tells this ANY (an array) from the other (a sub-query's rows).
    """
    named = ", ".join(f"'{side.value}'" for side in sides)
    clients = (
        f"(SELECT CASE WHEN current_setting('app.side', true) IN ({named})"
        " THEN NULLIF(current_setting('app.client_ids', true), '')::bigint[] END)::bigint[]"
    )
    rule = f"{column} = ANY ({clients})"
    return f"({rule}) OR user_id = {USER}" if own_rows else rule


class _Sql(Operation):
    """An operation that only runs SQL, in one transaction with its migration."""

    reversible = False
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models' state does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Run the statements."""
        for statement in self.statements(app_label, to_state.apps):
            schema_editor.execute(statement)

    def statements(self, app_label: str, apps: Any) -> list[str]:
        """The SQL, one statement an item."""
        raise NotImplementedError


class Wall(_Sql):
    """Enable and force row security on the table of `model`.

    `sides` may touch it; `fences` restrict further; with `own_rows` a person also reads (never
    writes) rows that carry their user_id; a `personal` table is its person's alone, whatever
    gate is closed; `unique_id` adds UNIQUE (client, id).
    """

    def __init__(
        self,
        model: str,
        *,
        sides: Sequence[Side] = STAFF,
        fences: Sequence[Fence] = (),
        own_rows: bool = False,
        office_reads: bool = False,
        personal: bool = False,
        column: str = "client_id",
        unique_id: bool = True,
    ) -> None:
        self.model, self.sides, self.fences = model, tuple(sides), tuple(fences)
        self.own_rows, self.office_reads, self.personal = own_rows, office_reads, personal
        self.column, self.unique_id = column, unique_id

    def statements(self, app_label: str, apps: Any) -> list[str]:
        """Policies, and the unique keys that composite foreign keys point at."""
        table = apps.get_model(app_label, self.model)._meta.db_table
        sql = [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY base ON "{table}" AS PERMISSIVE USING (true) WITH CHECK (true)',
            *self.restrictions(table),
        ]
        if self.unique_id:
            sql.append(f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_client_key" UNIQUE (client_id, id)')
        return sql

    def restrictions(self, table: str) -> list[str]:
        """The restrictive policies alone: the client's wall, then the fences."""
        read, write = self.rules()
        sql = [f'CREATE POLICY client_wall ON "{table}" AS RESTRICTIVE USING ({read}) WITH CHECK ({write})']
        for fence in self.fences:
            rule, check = _fill(fence.rule, table), _fill(fence.check or fence.rule, table)
            sql.append(f'CREATE POLICY {fence.name} ON "{table}" AS RESTRICTIVE USING ({rule}) WITH CHECK ({check})')
        return sql

    def rules(self) -> tuple[str, str]:
        """The conditions of the client's wall, for reading and for writing."""
        read = client_rule(self.sides, self.column, own_rows=self.own_rows)
        write = client_rule(self.sides, self.column)
        if self.office_reads:
            read = f"({read}) OR ({SIDE} = 'office' AND vendor_id = {VENDOR})"
        if self.personal:
            read = write = f"user_id = {USER}"
        return read, write

    def describe(self) -> str:
        """For `migrate`'s output."""
        return f"Row security on {self.model}"


class Rewall(Wall):
    """Put other restrictive policies in the place of those that `Wall` has made; all are named anew."""

    def statements(self, app_label: str, apps: Any) -> list[str]:
        """The old ones away, the new ones in, in the migration's transaction."""
        table = apps.get_model(app_label, self.model)._meta.db_table
        names = ["client_wall", *(fence.name for fence in self.fences)]
        return [*(f'DROP POLICY IF EXISTS {name} ON "{table}"' for name in names), *self.restrictions(table)]


_DELETE_RULES: dict[Any, str] = {models.CASCADE: "CASCADE", models.PROTECT: "NO ACTION", models.DO_NOTHING: "NO ACTION"}


def tie_name(table: str, column: str) -> str:
    """The name of the composite constraint of one key."""
    return f"{table}_{column}_tie"[-63:]


class Tie(_Sql):
    """Add the composite foreign keys of `models`.

    Under FORCE a new constraint validates nothing and is marked valid, so both tables are
    taken out of FORCE for the statement and put back, inside the migration's transaction.
    `only` names one key, where the others stand already.
    """

    def __init__(self, *model_names: str, only: str = "") -> None:
        self.model_names, self.only = model_names, only

    def statements(self, app_label: str, apps: Any) -> list[str]:
        """A constraint for each `ClientForeignKey` of the models."""
        sql = []
        for name in self.model_names:
            model = apps.get_model(app_label, name)
            for field in model._meta.local_fields:
                if isinstance(field, ClientForeignKey) and self.only in ("", field.name):
                    sql += self._tie(model, field)
        return sql

    def _tie(self, model: Any, field: ClientForeignKey) -> list[str]:
        table, column = model._meta.db_table, field.column
        target = field.remote_field.model._meta.db_table
        lead = "client_id, vendor_id" if field.with_vendor else "client_id"
        goal = "client_id, vendor_id, id" if field.with_vendor else "client_id, id"
        on_delete = field.remote_field.on_delete
        rule = f"SET NULL ({column})" if on_delete is models.SET_NULL else _DELETE_RULES[on_delete]
        both = list(dict.fromkeys([table, target]))
        return [
            *(f'ALTER TABLE "{t}" NO FORCE ROW LEVEL SECURITY' for t in both),
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{tie_name(table, column)}"'
            f' FOREIGN KEY ({lead}, "{column}") REFERENCES "{target}" ({goal})'
            f" ON DELETE {rule} DEFERRABLE INITIALLY IMMEDIATE",
            *(f'ALTER TABLE "{t}" FORCE ROW LEVEL SECURITY' for t in both),
        ]

    def describe(self) -> str:
        """For `migrate`'s output."""
        return f"Composite keys of {', '.join(self.model_names)}"


class InEachClient(_Sql):
    """Run a statement inside every client, one after the other: under FORCE the owner sees no row otherwise.

    The statement changes rows of its client's own alone, as the system would.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Enter each client in turn, and leave the last."""
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT id FROM access_client ORDER BY id")
            for (client_id,) in cursor.fetchall():
                cursor.execute(_ENTER, ["system", f"{{{client_id}}}"])
                cursor.execute(self.sql)
            cursor.execute(_ENTER, ["", ""])

    def describe(self) -> str:
        """For `migrate`'s output."""
        return "Rows of each client brought into their new form"


class AppendOnly(_Sql):
    """Rows of `model` can be added and read, by nobody changed.

    TRUNCATE is withheld by privilege.  `keeper_may_delete` is for values that erasure removes.
    """

    def __init__(self, model: str, *, keeper_may_delete: bool = False) -> None:
        self.model, self.keeper_may_delete = model, keeper_may_delete

    def statements(self, app_label: str, apps: Any) -> list[str]:
        """Privileges withdrawn from the application's role, and a trigger for everybody."""
        table = apps.get_model(app_label, self.model)._meta.db_table
        events = "UPDATE" if self.keeper_may_delete else "UPDATE OR DELETE"
        return [
            f'REVOKE UPDATE, DELETE ON "{table}" FROM "{settings.APP_ROLE}"',
            f'CREATE TRIGGER append_only BEFORE {events} ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION access_refuse_change()",
        ]

    def describe(self) -> str:
        """For `migrate`'s output."""
        return f"Append-only {self.model}"


class OnlyApp(_Sql):
    """Nobody but the application's role may call `function`, named with the types of its arguments."""

    def __init__(self, function: str) -> None:
        self.function = function

    def statements(self, app_label: str, apps: Any) -> list[str]:
        """Taken from everybody, given to one."""
        return [
            f"REVOKE ALL ON FUNCTION {self.function} FROM PUBLIC",
            f'GRANT EXECUTE ON FUNCTION {self.function} TO "{settings.APP_ROLE}"',
        ]

    def describe(self) -> str:
        """For `migrate`'s output."""
        return f"Only the application calls {self.function}"
