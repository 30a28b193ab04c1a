"""A file that a starting daemon has made but not laid out holds no views yet."""

import pytest

from monitor.errors import ViewsUnavailable
from monitor.store.views import Reader


def test_an_empty_file_is_no_view(tmp_path):
    (tmp_path / "views.sqlite3").touch()
    with pytest.raises(ViewsUnavailable, match="nothing is recorded yet"), Reader(tmp_path / "views.sqlite3"):
        pass
