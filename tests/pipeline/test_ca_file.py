from pathlib import Path

import pytest

from pipeline.faults import Faults
from pipeline.options import RunOptions, read_options
from tests.dialer.authority import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


def options_of(*words: str) -> RunOptions:
    return read_options(
        ["--input=x", "--campaign=c", "--api_key=env:DIAL_KEY", "--output=out", *words],
        is_check=True,
    )


def fault_of(*words: str) -> str:
    with pytest.raises(Faults) as caught:
        options_of(*words)
    (fault,) = caught.value.faults
    return fault


@pytest.fixture(autouse=True)
def key_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAL_KEY", "k3y")


def test_without_the_option_those_that_the_system_trusts_may_vouch() -> None:
    assert options_of().authorities == ""


def test_the_certificates_of_the_file_are_taken_as_they_stand_there(
    authority: Authority,
) -> None:
    options = options_of(f"--ca_file={authority.file}")

    assert options.authorities == authority.file.read_text().strip()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "holds a certificate that",
        ),
        (" " * 2_000_001, "is longer than 2,000,000 bytes"),
    ],
)
def test_a_file_without_a_good_certificate_is_named(
    tmp_path: Path, content: str, expected: str
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(content)

    assert fault_of(f"--ca_file={path}").startswith(f"--ca_file {path} {expected}")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = fault_of(f"--ca_file={tmp_path / 'none'}")

    assert missing == f"--ca_file {tmp_path / 'none'} cannot be read: No such file or directory"
    assert fault_of(f"--ca_file={tmp_path}").endswith("cannot be read: Is a directory")
    assert fault_of("--ca_file=") == "--ca_file is empty"


def test_an_authority_is_of_no_use_over_plain_http(authority: Authority) -> None:
    fault = fault_of("--api_url=http://127.0.0.1:1", f"--ca_file={authority.file}")

    assert fault == "--ca_file is of no use where --api_url is plain http: leave it out"
