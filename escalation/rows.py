"""The matrix as rows of the database, and as the pure rows that `matrix` works on."""

from collections.abc import Iterable

from django.db.models import Prefetch

from escalation.matrix import Row, Step
from escalation.models import Matrix, MatrixRow, PathStep


def newest(client_id: int) -> Matrix | None:
    """The version in force, or None."""
    return Matrix.objects.filter(client_id=client_id).order_by("-version").first()


def in_force(client_id: int) -> tuple[int | None, list[Row]]:
    """The version in force and its rows from the top; three statements."""
    matrix = newest(client_id)
    return (None, []) if matrix is None else (matrix.version, rows_of(matrix))


def rows_of(matrix: Matrix) -> list[Row]:
    """The rows of one version, from the top; two statements."""
    steps = Prefetch("steps", PathStep.objects.order_by("position"))
    found = MatrixRow.objects.filter(client_id=matrix.client_id, matrix=matrix).order_by("position")
    return [_pure(row) for row in found.prefetch_related(steps)]


def store(matrix: Matrix, rows: Iterable[Row]) -> None:
    """Write the rows of a new version, in their order; two statements."""
    rows = list(rows)
    made = MatrixRow.objects.bulk_create(
        MatrixRow(
            client_id=matrix.client_id,
            matrix=matrix,
            position=position,
            category_id=row.category_id,
            priority_from=row.priority_from,
            priority_to=row.priority_to,
        )
        for position, row in enumerate(rows, start=1)
    )
    PathStep.objects.bulk_create(
        PathStep(
            client_id=matrix.client_id,
            row=stored,
            position=position,
            after_minutes=step.after_minutes,
            target="contact" if step.is_clients else "vendor_role",
            vendor_role=step.vendor_role,
            contact_id=step.contact_id,
        )
        for stored, row in zip(made, rows, strict=True)
        for position, step in enumerate(row.steps, start=1)
    )


def _pure(row: MatrixRow) -> Row:
    steps = tuple(Step(step.after_minutes, step.vendor_role, step.contact_id) for step in row.steps.all())
    return Row(row.position, row.category_id, row.priority_from, row.priority_to, steps)
