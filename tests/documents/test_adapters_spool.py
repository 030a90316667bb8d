"""A file on its way: in a file of its own, or as the blocks that came."""

import os
from hashlib import sha256

from services.documents.adapters.spool import Spool

BLOCKS = (b"a" * 1000, b"b" * 1000, b"c" * 1000)


def filled(**options: int) -> Spool:
    spool = Spool(**options)
    for block in BLOCKS:
        spool.write(block)
    spool.finish()
    return spool


def test_what_is_only_sent_on_is_neither_written_nor_copied():
    sent = list(filled(in_memory=3000).blocks())

    assert [id(block) for block in sent] == [id(block) for block in BLOCKS]


def test_what_is_larger_becomes_a_file_with_all_that_came_before():
    spool = filled(in_memory=2500)

    assert spool.file.fileno() > 0
    assert b"".join(spool.blocks()) == b"".join(BLOCKS)


def test_who_needs_a_file_gets_one_with_all_of_it():
    with filled(in_memory=3000) as spool:
        assert os.pread(spool.file.fileno(), 9000, 0) == b"".join(BLOCKS)
        assert spool.file.read() == b"".join(BLOCKS)


def test_it_is_hashed_and_counted_either_way():
    with filled() as on_disk, filled(in_memory=9000) as in_memory:
        told = {(spool.size, spool.sha256) for spool in (on_disk, in_memory)}

    assert told == {(3000, sha256(b"".join(BLOCKS)).hexdigest())}


def test_what_is_beyond_the_limit_is_counted_and_thrown_away():
    for in_memory in (0, 9000):
        spool = filled(limit=2000, in_memory=in_memory)

        assert (spool.size, b"".join(spool.blocks())) == (3000, b"".join(BLOCKS[:2]))
