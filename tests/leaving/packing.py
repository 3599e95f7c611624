"""A client's package as tests make it and look into it."""

import gzip
import json
import tarfile

from helpdesk.leaving import actions, places
from helpdesk.leaving.models import Job
from tests.leaving.conftest import do_all


def pack(world):
    with world.enter(world.o1) as actor:
        job = actions.ask_package(actor, client_id=world.c1.pk)
    do_all()
    with world.enter(world.c1):
        row = Job.objects.get(pk=job.pk)
    assert (row.state, row.said) == (Job.State.DONE, "")
    return row, places.finished(world.c1.pk, job.pk)


def members(path):
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}


def rows_of(found, part):
    text = gzip.decompress(found[f"data/{part}.jsonl.gz"]).decode()
    return [json.loads(line) for line in text.splitlines()]
