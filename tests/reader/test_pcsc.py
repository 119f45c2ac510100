"""What PC/SC needs no service to be tested for."""

import pytest

from katip.reader.pcsc import _without_expected


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        ("00880000083132333435363738" + "00", "00880000083132333435363738"),
        ("00B0000000", "00B0000000"),
        ("00A4020C02011E", "00A4020C02011E"),
        ("00A4", "00A4"),
    ],
)
def test_in_the_older_protocol_a_command_with_data_goes_without_its_expected_length(raw: str, sent: str) -> None:
    assert _without_expected(bytes.fromhex(raw)) == bytes.fromhex(sent)
