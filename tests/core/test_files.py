"""Files by their content: whole or not there, the same one once, orphans after a day."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest

from app.core.files import DRAFT, Store, TooLargeError

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "files", chunk=7)


def received(store, content=b"content", most=1000):
    return store.receive(io.BytesIO(content), most)


def files(store):
    return sorted(it for it in store.folder.rglob("*") if it.is_file())


def aged(path, days=2):
    before = path.stat().st_mtime - days * 86_400
    os.utime(path, (before, before))


def test_a_file_lies_where_its_content_says(store):
    digest = hashlib.sha256(b"content").hexdigest()
    draft = received(store)
    assert (draft.sha256, draft.size) == (digest, 7)
    assert files(store) == [draft.path]
    path = draft.keep()
    assert path == store.folder / digest[:2] / digest[2:4] / digest
    assert path.read_bytes() == b"content"
    assert files(store) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_content_twice_is_one_file(store):
    first, second = received(store), received(store)
    assert first.keep() == second.keep()
    assert len(files(store)) == 1


def test_what_is_discarded_leaves_nothing(store):
    received(store).discard()
    assert files(store) == []
    kept = received(store)
    path = kept.keep()
    kept.discard()
    assert files(store) == [path]


def test_too_much_is_refused_at_the_first_piece_beyond(store):
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size=-1):
            self.read_bytes += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(TooLargeError):
        store.receive(stream, 100)
    assert stream.read_bytes <= 100 + 7
    assert files(store) == []
    assert received(store, b"x" * 100, 100).size == 100


def test_a_stream_that_breaks_leaves_nothing(store):
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise OSError("cut off")

    with pytest.raises(OSError, match="cut off"):
        store.receive(Broken(), 100)
    assert files(store) == []


def test_no_path_leads_out_of_the_folder(store):
    for name in ("../../../etc/passwd", "A" * 64, "0" * 63):
        with pytest.raises(ValueError, match=name):
            store.path(name)


def test_only_what_nobody_touched_is_old(store):
    now = datetime.now(UTC)
    old, fresh = received(store, b"old").keep(), received(store, b"fresh").keep()
    draft, lost = received(store, b"draft").path, received(store, b"lost").path
    aged(old)
    aged(lost)
    assert set(store.old(now - DAY)) == {old, lost}
    for path in (old, lost):
        assert store.drop(path, now - DAY)
    assert set(files(store)) == {fresh, draft}
    assert draft.name.startswith(DRAFT)


def test_what_comes_in_anew_meanwhile_is_not_dropped(store):
    before = datetime.now(UTC) - DAY
    path = received(store).keep()
    aged(path)
    [found] = store.old(before)
    received(store).keep()
    assert not store.drop(found, before)
    assert path.read_bytes() == b"content"
    assert files(store) == [path]
    path.unlink()
    assert not store.drop(path, before)
