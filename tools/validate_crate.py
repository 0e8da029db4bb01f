"""Validate a publication folder with roc-validator, without a network.

The validator lives in an environment of its own (`pip install roc-validator`), since its libraries are many. The
JSON-LD context that it would fetch is taken from the library rocrate, whose file is the second argument.
"""

from __future__ import annotations

import io
import sys
import urllib.request
from pathlib import Path
from typing import Any

import requests
import urllib3
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


def main(folder: str, context: str) -> int:
    """Validate a folder.

    Parameters
    ----------
    folder : str
        A publication folder.
    context : str
        The JSON-LD context of RO-Crate 1.1.

    Returns
    -------
    int
        Number of issues.
    """
    text = Path(context).read_bytes()
    fetch, send = urllib.request.OpenerDirector.open, requests.Session.send

    def opened(self: Any, request: Any, *rest: Any, **more: Any) -> Any:
        address = request if isinstance(request, str) else request.full_url
        if address != CONTEXT:
            return fetch(self, request, *rest, **more)
        answer = urllib.request.addinfourl(io.BytesIO(text), {"Content-Type": "application/ld+json"}, address, 200)
        answer.msg = "OK"
        return answer

    def sent(self: Any, request: Any, **more: Any) -> Any:
        if request.url != CONTEXT:
            return send(self, request, **more)
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.raw = urllib3.HTTPResponse(io.BytesIO(text), status=200, request_url=CONTEXT, preload_content=False)
        answer.headers["Content-Type"] = "application/ld+json"
        return answer

    urllib.request.OpenerDirector.open = opened
    requests.Session.send = sent
    result = services.validate(
        ValidationSettings(
            rocrate_uri=folder,
            profile_identifier="ro-crate-1.1",
            requirement_severity=Severity.RECOMMENDED,
            skip_availability_check=True,
        )
    )
    for issue in sorted(result.get_issues(), key=str):
        print(f"{issue.severity.name}: {issue.message}")
    print(f"{len(result.get_issues())} issues in {folder}, RO-Crate 1.1, required and recommended")
    return len(result.get_issues())


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:3]), 1))
