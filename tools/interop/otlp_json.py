"""Ids in OTLP's JSON form, which has them in hex where protobuf's own mapping has base64."""

import base64

IDS = {"traceId", "spanId", "parentSpanId"}


def mapped_ids(value, convert):
    """The JSON value with `convert` applied to every trace and span id."""
    if isinstance(value, dict):
        return {
            key: convert(entry) if key in IDS else mapped_ids(entry, convert)
            for key, entry in value.items()
        }
    if isinstance(value, list):
        return [mapped_ids(entry, convert) for entry in value]
    return value


def to_base64(hexadecimal):
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def to_hex(text):
    return base64.b64decode(text).hex()
