"""Checks what record --listen and --grpc-listen receive from the official SDK and packages.

- The SDK sends every kind of span, event, link, attribute value, instrument and log body over
  HTTP/protobuf and gRPC, with and without gzip, and (converted by the official protobuf package,
  since it has no exporter for it) over HTTP/JSON. What the corpus holds is equal item by item.
- Bytes sent over HTTP/protobuf and gRPC are in the corpus as they were sent.
- JSON is turned into protobuf as the official package does it.
- Bad input is answered as the specifications say, and nothing of it is recorded.
"""

import contextlib
import gzip
import hashlib
import http.client
import json
import logging
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zlib

import grpc
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from listening import wait_for
from otlp_json import mapped_ids, to_base64, to_hex

KINDS = {
    "traces": trace_service_pb2.ExportTraceServiceRequest,
    "metrics": metrics_service_pb2.ExportMetricsServiceRequest,
    "logs": logs_service_pb2.ExportLogsServiceRequest,
}
METHODS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}
ENCODINGS = {"none": None, "gzip": gzip.compress, "deflate": zlib.compress}


class Recorder:
    """record, listening on free ports until the block ends."""

    def __init__(self, build, corpus, *options):
        self.build, self.corpus, self.options = pathlib.Path(build), corpus, options

    def __enter__(self):
        self.http, self.grpc = free_ports(2)
        self.process = subprocess.Popen(
            [self.build / "record", "--listen", f"127.0.0.1:{self.http}",
             "--grpc-listen", f"127.0.0.1:{self.grpc}", "--duration", "1h",
             "--out", self.corpus, "--force", "--quiet", "--json", *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for port in (self.http, self.grpc):
            wait_for(port)
        return self

    def __exit__(self, failure, *_):
        self.process.send_signal(signal.SIGINT)
        output, self.complaints = self.process.communicate(timeout=60)
        if not failure:
            assert self.process.returncode == 0, self.complaints
            self.report = json.loads(output)

    def post(self, what, body, encoding=None, kind="application/x-protobuf"):
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=30)
        headers = {"Content-Type": kind}
        if encoding:
            headers["Content-Encoding"] = encoding
        connection.request("POST", f"/v1/{what}", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.getheader("content-type") == kind or answer.status == 415
        return answer.status, content

    def call(self, what, body, compression=None):
        with grpc.insecure_channel(
            f"127.0.0.1:{self.grpc}", options=[("grpc.max_send_message_length", -1)]
        ) as channel:
            method = channel.unary_unary(
                METHODS[what], request_serializer=bytes, response_deserializer=bytes)
            try:
                method(body, timeout=30, compression=compression, wait_for_ready=True)
                return "OK"
            except grpc.RpcError as error:
                return error.code().name


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def recorded(corpus, folder):
    """The payloads of a corpus as tools/read-corpus finds them, with signal and protocol."""
    tool = pathlib.Path(__file__).parent.parent / "read-corpus"
    out = pathlib.Path(folder) / f"payloads-{time.monotonic_ns()}"
    lines = subprocess.run(
        [tool, corpus, "--out", out], check=True, capture_output=True, text=True
    ).stdout.splitlines()[:-1]
    rows = [line.split() for line in lines]
    payloads = [path.read_bytes() for path in sorted(out.iterdir())] if rows else []
    assert len(rows) == len(payloads)
    return [(row[1], row[5], payload) for row, payload in zip(rows, payloads)]


def as_json(what, payload, **options):
    """The OTLP/JSON form of a payload: the official package's, with ids in hex."""
    value = json_format.MessageToDict(
        KINDS[what].FromString(payload), use_integers_for_enums=True, **options)
    return json.dumps(mapped_ids(value, to_hex)).encode()


def emit(tracers, meters, loggers):
    """Every kind of span, event, link, attribute value, instrument and log body."""
    from opentelemetry import trace
    from opentelemetry._logs import LogRecord, SeverityNumber
    from opentelemetry.metrics import Observation

    tracer = tracers.get_tracer("interop", "1.0", "https://opentelemetry.io/schemas/1.26.0")
    attributes = {
        "string": 'quoted "text" {}\n\u00e4\u4e16\U0001f600', "empty": "", "true": True,
        "false": False, "int": -(2**63), "large": 2**63 - 1, "double": 0.1, "huge": 1e308,
        "strings": ["a", ""], "ints": [1, -2], "doubles": [0.5, 1e-300], "bools": [True, False],
    }
    previous = None
    for kind in trace.SpanKind:
        links = [trace.Link(previous, {"why": "follows"})] if previous else []
        with tracer.start_as_current_span(
            f"parent {kind.name}", kind=kind, links=links, attributes=attributes
        ) as span:
            span.add_event("event", {"key": [1, 2, 3]})
            span.add_event("bare")
            span.set_status(trace.StatusCode.OK if kind.value % 2 else trace.StatusCode.UNSET)
            with contextlib.suppress(ValueError), tracer.start_as_current_span("child"):
                raise ValueError("no such order")
            previous = span.get_span_context()

    meter = meters.get_meter("interop")
    observe = lambda value: [lambda _: [Observation(value, {"at": "here"})]]  # noqa: E731
    meter.create_counter("counter", "1", "counts").add(3, {"kind": "test"})
    meter.create_up_down_counter("updown").add(-2.5)
    meter.create_gauge("gauge").set(7)
    meter.create_histogram("histogram", "s").record(0.3, {"route": "/orders"})
    meter.create_histogram("exponential", "s").record(2.5)
    meter.create_observable_counter("observed.counter", observe(5))
    meter.create_observable_up_down_counter("observed.updown", observe(-5))
    meter.create_observable_gauge("observed.gauge", observe(0.25))

    logger = loggers.get_logger("interop")
    bodies = [
        "text", "", 5, -0.5, True, b"\x00\xff", ["a", 1, [True]],
        {"key": "value", "nested": {"list": [1, {"deep": None}]}}, None,
    ]
    for place, body in enumerate(bodies):
        logger.emit(LogRecord(
            timestamp=time.time_ns(), observed_timestamp=time.time_ns(), body=body,
            severity_number=SeverityNumber(1 + place * 2), severity_text="LEVEL",
            attributes={**attributes, "place": place},
            event_name="event" if place % 2 else None))


def send_from_sdk(exporters):
    """Emits all through the SDK with the exporters given; what they sent, message by message."""
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.metrics.view import (
        ExponentialBucketHistogramAggregation, View,
    )
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    spans, metrics, logs = exporters
    resource = Resource.create({"service.name": "s\u00f6me service", "list": ["a", "b"], "n": 7})
    tracers = TracerProvider(resource=resource)
    tracers.add_span_processor(BatchSpanProcessor(spans))
    reader = PeriodicExportingMetricReader(metrics, export_interval_millis=3_600_000)
    meters = MeterProvider(resource=resource, metric_readers=[reader], views=[
        View(instrument_name="exponential", aggregation=ExponentialBucketHistogramAggregation())])
    loggers = LoggerProvider(resource=resource)
    loggers.add_log_record_processor(BatchLogRecordProcessor(logs))
    emit(tracers, meters, loggers)
    for provider in (tracers, meters, loggers):
        assert provider.force_flush()
        provider.shutdown()


@contextlib.contextmanager
def watching_encoders(sent):
    """Keeps every message that the SDK's exporters encode, as the bytes that they send."""
    import importlib

    names = {
        "traces": ("encode_spans", "trace"), "metrics": ("encode_metrics", "metric"),
        "logs": ("encode_logs", "_log"),
    }
    undo = []
    for what, (function, part) in names.items():
        for module_name in (
            f"opentelemetry.exporter.otlp.proto.http.{part}_exporter",
            f"opentelemetry.exporter.otlp.proto.grpc.{part}_exporter",
        ):
            module = importlib.import_module(module_name)
            original = getattr(module, function)

            def watched(data, *rest, original=original, what=what, **more):
                message = original(data, *rest, **more)
                sent.append((what, message.SerializeToString()))
                return message

            setattr(module, function, watched)
            undo.append((module, function, original))
    try:
        yield
    finally:
        for module, function, original in undo:
            setattr(module, function, original)


def exporters(protocol, recorder, compressed):
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        options = {
            "endpoint": f"http://127.0.0.1:{recorder.grpc}", "insecure": True,
            "compression":
                grpc.Compression.Gzip if compressed else grpc.Compression.NoCompression,
        }
        return (
            OTLPSpanExporter(**options), OTLPMetricExporter(**options), OTLPLogExporter(**options))
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    compression = Compression.Gzip if compressed else Compression.NoCompression
    base = f"http://127.0.0.1:{recorder.http}/v1"
    return (
        OTLPSpanExporter(f"{base}/traces", compression=compression),
        OTLPMetricExporter(f"{base}/metrics", compression=compression),
        OTLPLogExporter(f"{base}/logs", compression=compression))


def check_sdk(build, folder):
    """What the SDK sent by each protocol is in the corpus, byte for byte; all it sent once."""
    samples = []
    for protocol in ("http/protobuf", "grpc"):
        for compressed in (False, True):
            sent = []
            corpus = pathlib.Path(folder) / "sdk.db"
            with Recorder(build, corpus) as recorder, watching_encoders(sent):
                send_from_sdk(exporters(protocol, recorder, compressed))
            found = recorded(corpus, folder)
            assert {what for what, _ in sent} == set(KINDS), "the SDK did not send every signal"
            assert {by for _, by, _ in found} == {protocol}, found
            key = lambda pair: (pair[0], hashlib.sha256(pair[1]).hexdigest())  # noqa: E731
            assert sorted(((what, payload) for what, _, payload in found), key=key) == sorted(
                sent, key=key), f"{protocol}: the bytes are not those that were sent"
            samples += sent
            print(f"{protocol}{', gzip' if compressed else ''}: {len(sent)} export requests of "
                  "the SDK, each byte for byte")
    return samples


def check_json(build, folder, samples):
    """JSON is turned into what the official package makes of it, whichever way it is written."""
    corpus = pathlib.Path(folder) / "json.db"
    expected = []
    with Recorder(build, corpus) as recorder:
        for place, (what, payload) in enumerate(samples):
            name = list(ENCODINGS)[place % 3]
            compress = ENCODINGS[name] or (lambda body: body)
            # Names in either form; 64-bit integers as strings and, here and there, as numbers.
            text = as_json(what, payload)
            if place % 2:
                text = mapped_numbers(text)
            status, content = recorder.post(
                what, compress(text), None if name == "none" else name, "application/json")
            assert (status, json.loads(content)) == (200, {}), content
            official = json_format.ParseDict(mapped_ids(json.loads(text), to_base64), KINDS[what]())
            expected.append((what, official))
    found = recorded(corpus, folder)
    assert len(found) == len(expected)
    for (what, by, payload), (kind, official) in zip(found, expected):
        assert (what, by) == (kind, "http/json")
        message = KINDS[what].FromString(payload)
        assert message == official, f"{what} is not what the official package makes of it"
        assert payload == official.SerializeToString(), f"{what}: other bytes"
    print(f"http/json: {len(found)} export requests, each as the official package converts it")


def mapped_numbers(text):
    """The same JSON with 64-bit integers as numbers, and a field that nobody knows."""

    def mapped(value, key=None):
        if isinstance(value, dict):
            return {name: mapped(entry, name) for name, entry in value.items()}
        if isinstance(value, list):
            return [mapped(entry, key) for entry in value]
        is_number = key and (key.endswith("UnixNano") or key in ("intValue", "asInt", "count"))
        return int(value) if is_number and isinstance(value, str) else value

    value = mapped(json.loads(text))
    return json.dumps(value).encode()


def check_bad_input(build, folder):
    """Each is answered as it should be, by one line that says nothing of it; none is recorded."""
    corpus = pathlib.Path(folder) / "bad.db"
    good = KINDS["traces"]()
    span = good.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = b"t" * 16, b"s" * 8, "secret name"
    payload = good.SerializeToString()
    packed = gzip.compress(payload)
    bomb = gzip.compress(bytes(20_000_000))
    deep = {"intValue": "1"}
    for _ in range(100):
        deep = {"arrayValue": {"values": [deep]}}
    text = as_json("traces", payload).decode()
    kind = "application/json"
    refused = 0
    with Recorder(build, corpus, "--max-body", "10MB") as recorder:
        for status, body, encoding, form in [
            (400, packed[:-5], "gzip", None), (400, payload, "gzip", None),
            (413, bomb, "gzip", None), (413, bytes(10_000_001), None, None),
            (415, payload, "br", None), (415, payload, None, "text/plain"),
            (400, payload[:-1], None, None), (400, b"\xff" * 9, None, None),
            (400, "{", None, kind), (400, text.replace('"secret name"', "NaN"), None, kind),
            (400, text.replace('"secret name"', "5"), None, kind),
            (400, text.replace('"name"', '"spanId": "00", "name"'), None, kind),
            (400, text.encode().replace(b"secret", b"\xff\xfe"), None, kind),
            (400, json.dumps({"resourceSpans": [{"resource": {"attributes": [
                {"key": "k", "value": deep}]}}]}), None, kind),
        ]:
            found, content = recorder.post(
                "traces", body, encoding, form or "application/x-protobuf")
            assert found == status, (found, status, body[:80], content)
            assert b"secret" not in content
            refused += 1
        for code, body, compression in [
            ("INVALID_ARGUMENT", payload[:-1], None),
            ("RESOURCE_EXHAUSTED", bytes(10_000_001), None),
            ("RESOURCE_EXHAUSTED", bytes(20_000_000), grpc.Compression.Gzip),
        ]:
            found = recorder.call("traces", body, compression)
            assert found == code, (found, code)
            refused += 1
        assert recorder.post("traces", payload)[0] == 200
        assert recorder.call("traces", payload, grpc.Compression.Deflate) == "OK"
        large = KINDS["logs"]()
        record = large.resource_logs.add().scope_logs.add().log_records.add()
        record.body.string_value = "x" * 9_000_000
        assert recorder.post("logs", large.SerializeToString())[0] == 200
        assert recorder.call("logs", large.SerializeToString()) == "OK"
    found = recorded(corpus, folder)
    assert [(what, by) for what, by, _ in found] == [
        ("traces", "http/protobuf"), ("traces", "grpc"), ("logs", "http/protobuf"),
        ("logs", "grpc"),
    ], found
    lines = recorder.complaints.splitlines()
    assert "secret" not in recorder.complaints
    assert 0 < len(lines) <= refused, recorder.complaints
    print(f"bad input: {refused} requests refused as they should be, and nothing of them recorded")


def main():
    logging.disable(logging.CRITICAL)
    build = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        samples = check_sdk(build, folder)
        check_json(build, folder, samples)
        check_bad_input(build, folder)


main()
