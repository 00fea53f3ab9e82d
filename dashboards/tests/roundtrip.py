"""A board through the types of Grafana's own SDK and back: a key that they do not know, or a value that they change, is lost.

Reads the board from standard input, prints what was lost, a line each.
"""

import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

register_default_plugins()
ours = json.load(sys.stdin)
theirs = json.loads(json.dumps(Dashboard.from_json(ours), cls=JSONEncoder))


def lost(a, b, at):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in a:
            # Null says that there is none, and so does nothing.
            if key not in b and a[key] is None:
                continue
            if key not in b:
                yield f"{at}.{key} = {json.dumps(a[key])[:60]}"
            else:
                yield from lost(a[key], b[key], f"{at}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, pair in enumerate(zip(a, b)):
            yield from lost(*pair, f"{at}[{i}]")
    elif a != b:
        yield f"{at}: {json.dumps(a)[:60]} became {json.dumps(b)[:60]}"


for line in lost(ours, theirs, ""):
    print(line)
