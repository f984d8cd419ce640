"""What Avro allows as a name; libraries allow more, which the next reader of a schema may refuse."""

import re
from typing import Final

AVRO_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
RIGHT_NAME: Final = "letters, digits and _, no digit first"
