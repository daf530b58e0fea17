"""What the children of these tests run."""

import os
import subprocess
import sys
import time
from typing import Any

from app.errors import InputError
from app.jobs.framing import Send


def serve(request: dict[str, Any], send: Send) -> None:
    """Does what the request says."""
    match request["do"]:
        case "echo":
            send({"said": request["text"]}, request.get("payload", b""))
        case "count":
            for number in range(request["to"]):
                send({"number": number}, b"x" * request.get("bytes", 0))
        case "exit":
            os._exit(request["code"])
        case "pid":
            send({"pid": os.getpid()})
        case "crash":
            os.abort()
        case "hang":
            time.sleep(3600)
        case "refuse":
            raise InputError("it may not be read", hint="Ask.", code="test.refused", context={"path": "x"})
        case "bug":
            raise KeyError("nothing here")
        case "memory":
            bytearray(1 << 40)
        case "print":
            sys.stdout.write("noise on standard output\n")
            sys.stdout.flush()
            send({"said": "quiet"})
        case "grandchild":
            process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
            send({"pid": process.pid})
            time.sleep(3600)
