import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest
from google.cloud import secretmanager
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)

from transforms.keys import KeyUnavailable, resolve_key

NAME = "projects/p/secrets/dial/versions/3"
METHOD = "/google.cloud.secretmanager.v1.SecretManagerService/AccessSecretVersion"


def why_unavailable(reference: str) -> str:
    with pytest.raises(KeyUnavailable) as caught:
        resolve_key(reference)
    return str(caught.value)


def test_a_key_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAL_KEY", " k3y\n")

    assert resolve_key("env:DIAL_KEY").reveal() == "k3y"


def test_a_variable_that_is_not_there_is_said_without_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("k3y", raising=False)

    assert why_unavailable("env:k3y") == "names a variable that the environment does not have"


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_an_empty_key_is_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DIAL_KEY", value)

    assert why_unavailable("env:DIAL_KEY") == "leads to an empty key"


@pytest.mark.parametrize("value", ["k3y\nk3y", "k3y\x07", "k3y\x1b[0m"])
def test_a_key_of_several_lines_or_with_control_characters_is_refused_unsaid(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("DIAL_KEY", value)

    assert "k3y" not in why_unavailable("env:DIAL_KEY")


@pytest.mark.parametrize("content", [b"k3y", b"k3y\n", b"k3y\r\n", b"\xef\xbb\xbfk3y\r\n"])
def test_a_key_is_read_from_a_file_whatever_ends_its_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)

    assert resolve_key(f"file:{path}").reveal() == "k3y"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "leads to an empty key"),
        (b"\n\n", "leads to an empty key"),
        (b"k3y\nmore\n", "leads to a key of more than one line, or with control characters"),
        (b"\xff\xfek\x00", "names a file that is no text"),
    ],
)
def test_a_file_without_a_usable_key_is_refused(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)

    assert why_unavailable(f"file:{path}") == expected


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    missing = why_unavailable(f"file:{tmp_path / 'none'}")

    assert missing == "names a file that cannot be read: No such file or directory"
    assert why_unavailable(f"file:{tmp_path}") == "names a file that cannot be read: Is a directory"


@pytest.mark.parametrize(
    "reference",
    ["", "k3y", "env:", "env:1K", "env:k-3y", "file:", "secret:k3y", "secret:projects/p/secrets/s"],
)
def test_what_is_no_reference_is_refused_and_not_repeated(reference: str) -> None:
    why = why_unavailable(reference)

    assert why.startswith("is no reference to a key: give env:NAME, file:PATH or secret:")
    assert "k3y" not in why


@dataclass
class SecretServer:
    """Secret Manager's one method that we call, over real gRPC on this machine."""

    secrets: dict[str, bytes] = field(default_factory=dict)
    fault: grpc.StatusCode | None = None
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def client(self) -> secretmanager.SecretManagerServiceClient:
        channel = grpc.insecure_channel(self.address)
        return secretmanager.SecretManagerServiceClient(
            transport=SecretManagerServiceGrpcTransport(channel=channel)
        )

    def answer(
        self, request: secretmanager.AccessSecretVersionRequest, context: grpc.ServicerContext
    ) -> secretmanager.AccessSecretVersionResponse:
        self.asked.append(request.name)
        if self.fault is not None:
            context.abort(self.fault, "no")
        if request.name not in self.secrets:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such secret")
        return secretmanager.AccessSecretVersionResponse(
            name=request.name, payload={"data": self.secrets[request.name]}
        )


@pytest.fixture
def secret_server() -> Iterator[SecretServer]:
    served = SecretServer()
    server = grpc.server(ThreadPoolExecutor(2))
    handler = grpc.unary_unary_rpc_method_handler(
        served.answer,
        request_deserializer=secretmanager.AccessSecretVersionRequest.deserialize,
        response_serializer=secretmanager.AccessSecretVersionResponse.serialize,
    )
    service, method = METHOD.strip("/").split("/")
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(service, {method: handler})]
    )
    served.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield served
    server.stop(None).wait()


def test_a_key_is_fetched_from_secret_manager(secret_server: SecretServer) -> None:
    secret_server.secrets[NAME] = b"k3y\n"

    assert resolve_key(f"secret:{NAME}", open_secrets=secret_server.client).reveal() == "k3y"
    assert secret_server.asked == [NAME]


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (None, "NotFound"),
        (grpc.StatusCode.PERMISSION_DENIED, "PermissionDenied"),
        (grpc.StatusCode.UNAUTHENTICATED, "Unauthenticated"),
        (grpc.StatusCode.FAILED_PRECONDITION, "FailedPrecondition"),
    ],
)
def test_a_secret_that_is_refused_says_what_to_check(
    secret_server: SecretServer, fault: grpc.StatusCode | None, named: str
) -> None:
    secret_server.fault = fault

    with pytest.raises(KeyUnavailable) as caught:
        resolve_key(f"secret:{NAME}", open_secrets=secret_server.client)

    assert str(caught.value) == (
        f"names a secret that cannot be fetched ({named}):"
        " check its name and this account's right to read it"
    )
    assert secret_server.asked == [NAME]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "leads to an empty key"),
        (b"\xff\xfe", "names a secret that is no text"),
        (b"a\nb", "leads to a key of more than one line, or with control characters"),
    ],
)
def test_a_secret_that_holds_no_key_is_refused(
    secret_server: SecretServer, content: bytes, expected: str
) -> None:
    secret_server.secrets[NAME] = content

    with pytest.raises(KeyUnavailable, match=expected):
        resolve_key(f"secret:{NAME}", open_secrets=secret_server.client)


def test_a_secret_manager_that_is_not_there_is_given_up_on_in_time() -> None:
    with pytest.raises(KeyUnavailable, match="cannot be fetched"):
        resolve_key(
            f"secret:{NAME}",
            open_secrets=SecretServer(address="127.0.0.1:1").client,
            patience_secs=1,
        )


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An account of this machine that Google knows nothing of, and no metadata server to ask."""
    for name in [name for name in os.environ if name.startswith(("GOOGLE_", "CLOUDSDK_", "GCE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    return monkeypatch


@pytest.mark.usefixtures("no_credentials")
def test_without_credentials_the_secret_cannot_be_fetched() -> None:
    assert why_unavailable(f"secret:{NAME}") == (
        "names a secret that cannot be fetched (DefaultCredentialsError):"
        " check its name and this account's right to read it"
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no json",
        "{}",
        '{"type": "service_account"}',
        '{"type": "service_account", "client_email": "a@b", "token_uri": "https://x.example",'
        ' "private_key": "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\\n"}',
    ],
)
def test_damaged_credentials_are_said_to_be_no_use(
    no_credentials: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "account.json"
    path.write_text(content)
    no_credentials.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))

    assert why_unavailable(f"secret:{NAME}").startswith("names a secret that cannot be fetched")
