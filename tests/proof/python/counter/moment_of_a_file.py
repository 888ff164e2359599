"""The moment is also compared with a file's, which is on the wall clock."""

import time


def test_the_file_is_new(tmp_path):
    started = time.time()
    path = tmp_path / "a"
    path.write_text("a")
    assert abs(path.stat().st_mtime - started) < 5
    assert time.time() - started < 5
