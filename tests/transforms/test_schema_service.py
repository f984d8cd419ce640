"""The schema service, for real: on Google's emulator."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest
from google.pubsub_v1.services.schema_service import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport
from google.pubsub_v1.types import Schema

from dialer.clock import ManualClock
from tests.standins.topics import Topic
from transforms import schema_service
from transforms.schema_service import SchemaService, SchemaServiceFailed

SERVICE = "google.pubsub.v1.SchemaService"
DEFINITION = '{"type":"record","name":"L","fields":[{"name":"Phone","type":"string"}]}'


@pytest.fixture
def service(emulator_address: str) -> SchemaServiceClient:
    """The service itself, to make schemas with."""
    channel = grpc.insecure_channel(emulator_address)
    return SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))


def make(service: SchemaServiceClient, topic: Topic) -> tuple[str, str]:
    """A schema with a name of this test's own: its name and revision."""
    own = topic.topic.rpartition("/")[2]
    name = f"projects/demo/schemas/{own}"
    made = service.create_schema(
        parent="projects/demo",
        schema_id=own,
        schema=Schema(name=name, type_=Schema.Type.AVRO, definition=DEFINITION),
    )
    return name, made.revision_id


def test_a_revision_is_found_by_its_name(service: SchemaServiceClient, topic: Topic) -> None:
    name, revision = make(service, topic)
    assert SchemaService()(name, revision) == DEFINITION


@pytest.mark.parametrize("name", ["", "nonsense", "projects/demo/schemas/none", "a/b\nc", "Ä"])
@pytest.mark.usefixtures("topic")
def test_whatever_a_message_says_of_its_schema_it_is_no_failure_of_the_service(name: str) -> None:
    assert SchemaService()(name, "deadbeef") is None


class Answering:
    """A schema service that answers as it is told to, and counts what it is asked."""

    def __init__(self, code: grpc.StatusCode) -> None:
        self.code = code
        self.asked = 0

    def get_schema(self, _request: bytes, context: grpc.ServicerContext) -> None:
        self.asked += 1
        context.abort(self.code, "as told")


@contextmanager
def answering(code: grpc.StatusCode, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    told = Answering(code)
    handler = grpc.unary_unary_rpc_method_handler(told.get_schema)
    server = grpc.server(ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(SERVICE, {"GetSchema": handler})]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{port}")
    monkeypatch.setattr(schema_service, "_CALL_SECS", 0.5)
    yield told
    server.stop(None)


def test_what_is_not_there_is_asked_for_again_after_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = ManualClock()
    asked = SchemaService(clock=clock)
    with answering(grpc.StatusCode.NOT_FOUND, monkeypatch) as told:
        for secs in (0, 30, 29, 2):
            clock.advance(secs)
            assert asked("projects/demo/schemas/s", "1") is None
    assert told.asked == 2


@pytest.mark.parametrize("code", ["PERMISSION_DENIED", "UNIMPLEMENTED", "FAILED_PRECONDITION"])
def test_a_schema_that_may_not_be_read_is_not_known(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(grpc.StatusCode[code], monkeypatch):
        assert SchemaService()("projects/demo/schemas/s", "1") is None


@pytest.mark.parametrize("code", ["UNAVAILABLE", "UNAUTHENTICATED", "RESOURCE_EXHAUSTED"])
def test_a_service_that_cannot_be_asked_is_said_to_be_out_of_reach(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        answering(grpc.StatusCode[code], monkeypatch),
        pytest.raises(SchemaServiceFailed, match="--message_schemas"),
    ):
        SchemaService()("projects/demo/schemas/s", "1")


def test_a_right_that_we_lack_for_our_own_schemas_is_no_fault_of_the_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(grpc.StatusCode.PERMISSION_DENIED, monkeypatch):
        with pytest.raises(SchemaServiceFailed, match="PermissionDenied"):
            SchemaService("demo")("projects/demo/schemas/s", "1")
        assert SchemaService("demo")("projects/another/schemas/s", "1") is None


def test_a_service_that_failed_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock()
    service = SchemaService(clock=clock)
    with answering(grpc.StatusCode.UNAUTHENTICATED, monkeypatch) as told:
        for secs in (0, 5, 4, 2):
            clock.advance(secs)
            with pytest.raises(SchemaServiceFailed):
                service("projects/demo/schemas/s", f"{secs}")
    assert told.asked == 2
