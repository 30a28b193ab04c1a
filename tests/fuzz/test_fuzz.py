"""A first moment of `make fuzz`: every reader, always the same inputs. What longer runs found stands in the tests of each reader."""

import pytest
from hypothesis import HealthCheck, given, settings
from parsers import PARSERS, hold, inputs, real_ones

EXAMPLES = {"http": 20, "page": 8, "toml": 15}  # of the slower ones; 30 of the others


@pytest.mark.case(id="P21")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:feedparser")
@pytest.mark.parametrize("name", PARSERS)
def test_any_bytes_are_read_or_refused_by_name_and_the_same_again(name):
    parser = PARSERS[name]

    @settings(
        max_examples=EXAMPLES.get(name, 30), derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(inputs(parser))
    def law(data):
        hold(parser, data)

    law()


@pytest.mark.parametrize("name", PARSERS)
def test_seeds_are_read_themselves(name):
    for data in real_ones(PARSERS[name])[:2]:
        hold(PARSERS[name], data)
