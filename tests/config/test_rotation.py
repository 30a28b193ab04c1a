"""While a signing secret rotates there are two of them in one variable."""

import base64

import pytest

from monitor.config import parse
from monitor.errors import ConfigError

ONE, TWO = (f"whsec_{base64.b64encode(bytes([number]) * 32).decode()}" for number in (1, 2))
TEXT = """
[channels.desk]
type = "webhook"
url = "https://desk.example/hook"
secret_env = "DESK_SECRET"
"""


def channel(secret, tmp_path):
    return parse(TEXT, {"DESK_SECRET": secret}, file="config.toml", folder=tmp_path).channels["desk"]


def test_two_secrets_are_taken(tmp_path):
    assert channel(f"{ONE} {TWO}\n", tmp_path).secret.get_secret_value().split() == [ONE, TWO]


@pytest.mark.parametrize("secret", [f"{ONE} nonsense", f"nonsense {ONE}", f"{ONE} whsec_c2hvcnQ=", " "])
def test_each_of_them_must_be_one_and_none_is_shown(secret, tmp_path):
    with pytest.raises(ConfigError) as caught:
        channel(secret, tmp_path)
    assert "whsec_" in str(caught.value) or "nothing" in str(caught.value) or "empty" in str(caught.value)
    assert ONE not in str(caught.value)
