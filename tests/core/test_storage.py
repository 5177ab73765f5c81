"""Where produced files are kept: a folder, an S3 store, a disk that is full."""

import os
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from app.core.storage import Folder, Remote, StorageError
from app.core.workbook import Column, Sheet, WorkbookError, write
from tests.browser.conftest import free_port

PATIENCE = 60
LATER = timedelta(days=2)


@pytest.fixture(scope="module")
def s3():
    """A real S3 server process with an empty bucket; gives the URL of a place in it."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", f"from moto.server import main; main(['-p', '{port}'])"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    kept = dict(os.environ)
    os.environ |= {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    limit = time.monotonic() + PATIENCE
    while True:
        assert server.poll() is None
        assert time.monotonic() < limit
        try:
            request = urllib.request.Request(f"{address}/ledgers", method="PUT")  # noqa: S310
            urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
            break
        except OSError:
            time.sleep(0.1)
    yield "s3://ledgers/place"
    server.kill()
    server.wait()
    fsspec.get_filesystem_class("s3").clear_instance_cache()  # the next server has another port
    for name in set(os.environ) - set(kept):
        del os.environ[name]
    os.environ.update(kept)


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path):
    """An empty store of each kind."""
    if request.param == "folder":
        return Folder(tmp_path / "exports")
    return Remote(f"{request.getfixturevalue('s3')}/{tmp_path.name}")


def keep(store, name, data=b"ledger"):
    with store.draft() as draft:
        draft.write_bytes(data)
        store.keep(draft, name)
    assert not draft.exists()


def read(store, name):
    file = store.open(name)
    if file is None:
        return None
    with file:
        return file.read()


def test_what_is_kept_is_there_whole_and_then_gone(store):
    keep(store, "tasks/台账 1.xlsx", bytes(range(256)) * 4096)
    assert read(store, "tasks/台账 1.xlsx") == bytes(range(256)) * 4096
    store.drop("tasks/台账 1.xlsx")
    assert read(store, "tasks/台账 1.xlsx") is None
    store.drop("tasks/台账 1.xlsx")


def test_a_draft_that_is_not_kept_vanishes(store):
    with store.draft() as draft:
        draft.write_bytes(b"half")
    assert not draft.exists()
    assert list(store.old("tasks", datetime.now(UTC) + LATER)) == []


def test_old_files_of_a_folder_are_found_and_no_others(store):
    keep(store, "tasks/1.xlsx")
    keep(store, "other.xlsx")
    assert list(store.old("tasks", datetime.now(UTC) + LATER)) == ["tasks/1.xlsx"]
    assert list(store.old("tasks", datetime.now(UTC) - LATER)) == []


def test_nothing_outside_a_folder_is_opened_or_deleted(tmp_path):
    outside = tmp_path / "outside.xlsx"
    outside.write_bytes(b"secret")
    store = Folder(tmp_path / "exports")
    for name in ("../outside.xlsx", str(outside), ".", ""):
        assert store.open(name) is None
        store.drop("../outside.xlsx")
    assert outside.exists()


def test_a_store_that_refuses_is_said_in_a_sentence(app, s3, tmp_path):
    file = tmp_path / "1.xlsx"
    file.write_bytes(b"x")
    with pytest.raises(StorageError, match="存放台账的存储暂时不可用"):
        Remote("s3://x/place").keep(file, "1.xlsx")


@pytest.fixture
def small_disk(tmp_path):
    """A real file system with room for 256 KB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said_in_a_sentence_and_leaves_no_half_file(app, small_disk):
    store = Folder(small_disk)
    keep(store, "tasks/earlier.xlsx")
    sheet = Sheet("台账", [Column("内容", 20)])
    rows = ((None, [os.urandom(200).hex()]) for _ in range(5000))
    with pytest.raises(WorkbookError, match="磁盘空间不足"), store.draft() as draft:
        write(draft, sheet, rows, lambda _done: [], produced_at=datetime.now(UTC))
    assert [path.name for path in Path(small_disk).rglob("*")] == ["tasks", "earlier.xlsx"]
