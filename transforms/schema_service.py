"""Pub/Sub's schema service: asked for the schema that a message was written with."""

import threading

from google.api_core.exceptions import GoogleAPIError, PermissionDenied, Unauthorized
from google.api_core.retry import Retry
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1.services.schema_service import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport

from dialer.clock import Clock, SystemClock
from transforms.pubsub_service import emulator_channel, is_refusal

_CALL_SECS = 5.0
_FAILED_FOR_SECS = 10.0
_UNKNOWN_FOR_SECS = 60.0
_MOST_UNKNOWN = 10_000


class SchemaServiceFailed(Exception):
    """The schema service is out of reach, so messages that need it cannot be judged."""


class SchemaService:
    """Asks the service, with one client for the process.

    What it does not have is not asked for again for a minute: a flood of messages that name no schema
    that is there must not hold up the others.
    """

    def __init__(self, project: str | None = None, clock: Clock | None = None) -> None:
        """Ask nothing yet.

        Args:
            project: the project whose schemas are ours: if one of them may not be read, a right is
                lacking; if another's may not, it is none of our messages'.
            clock: what it tells the time by; None: this machine's clocks.
        """
        self._clock = clock or SystemClock()
        self._own = f"projects/{project}/" if project else None
        self._failed_boot_secs = -_FAILED_FOR_SECS
        self._lock = threading.Lock()
        self._client: SchemaServiceClient | None = None
        self._unknown: dict[str, float] = {}
        self._why = ""

    def __call__(self, name: str, revision: str) -> str | None:
        """The text of a schema's revision; None: there is none, or none that may be read.

        Args:
            name: `projects/P/schemas/S`, as the message says.
            revision: the revision, as the message says.

        Raises:
            SchemaServiceFailed: the service cannot be asked.
        """
        asked = f"{name}@{revision}"
        with self._lock:
            now_secs = self._clock.now().boot_secs
            if now_secs - self._unknown.get(asked, -_UNKNOWN_FOR_SECS) < _UNKNOWN_FOR_SECS:
                return None
            if now_secs - self._failed_boot_secs < _FAILED_FOR_SECS:
                raise SchemaServiceFailed(self._why)
            text = self._ask(asked)
            if text is None:
                if len(self._unknown) >= _MOST_UNKNOWN:
                    self._unknown.clear()
                self._unknown[asked] = now_secs
            return text

    def _ask(self, asked: str) -> str | None:
        try:
            if self._client is None:
                self._client = _open_client()
            answer = self._client.get_schema(
                name=asked, timeout=_CALL_SECS, retry=Retry(timeout=_CALL_SECS)
            )
            return str(answer.definition)
        except (GoogleAPIError, GoogleAuthError) as error:
            if self._is_of_message(error, asked):
                # Whatever a message may say of its schema, it must not hold up the others.
                return None
            self._failed_boot_secs = self._clock.now().boot_secs
            self._why = (
                f"Pub/Sub's schema service cannot be asked ({type(error).__name__}):"
                " give the schemas as files, with --message_schemas"
            )
            raise SchemaServiceFailed(self._why) from error

    def _is_of_message(self, error: Exception, asked: str) -> bool:
        """Whether the service is well, and the message names what is not there for us."""
        if isinstance(error, PermissionDenied):
            return self._own is None or not asked.startswith(self._own)
        return is_refusal(error) and not isinstance(error, Unauthorized)


def _open_client() -> SchemaServiceClient:
    """A client of the service, or of the emulator that the environment names.

    The library's other clients look for the emulator by themselves.
    """
    channel = emulator_channel()
    if channel is None:
        return SchemaServiceClient()
    return SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))
