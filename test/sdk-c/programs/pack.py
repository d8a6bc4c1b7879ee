"""Another MessagePack: turns lines of JSON into lines of hexadecimal (pack), or back (unpack)."""
import base64
import json
import sys

import msgpack


def as_json(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return value


for line in sys.stdin:
    if sys.argv[1] == "pack":
        print(msgpack.packb(json.loads(line), use_bin_type=True).hex())
    else:
        print(json.dumps(as_json(msgpack.unpackb(bytes.fromhex(line), raw=False, strict_map_key=False))))
