"""Checks what corpus-tool writes and reads with the official Python packages.

- Every line that `export` writes is parsed by the official protobuf package, once its ids are in
  base64 as protobuf's own JSON mapping has them, and is equal to the stored message.
- What `export --format proto` writes is, message by message, what the corpus has the SHA-256 of; and
  imported again it is the same, payload by payload.
- A corpus that `record --listen` made of what the official SDK sent passes the same.
- Files in the four forms of the Collector's file exporter, written here by hand, are imported.
"""

import contextlib
import hashlib
import json
import logging
import pathlib
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile

import zstandard
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from listening import wait_for
from otlp_json import mapped_ids, to_base64, to_hex

REQUESTS = {
    1: trace_service_pb2.ExportTraceServiceRequest,
    2: metrics_service_pb2.ExportMetricsServiceRequest,
    3: logs_service_pb2.ExportLogsServiceRequest,
}


def framed(data):
    """The messages of a length-delimited file."""
    messages, place = [], 0
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        place += 4
        messages.append(data[place : place + length])
        place += length
    assert place == len(data), "the last message is cut off"
    return messages


class Checker:
    def __init__(self, build, folder):
        self.build = pathlib.Path(build)
        self.folder = pathlib.Path(folder)

    def run(self, *arguments):
        command = [self.build / "corpus-tool", *arguments, "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def rows(self, corpus):
        with contextlib.closing(sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)) as database:
            return database.execute("SELECT signal, sha256 FROM requests ORDER BY id").fetchall()

    def check_corpus(self, corpus):
        """Exports as protobuf and JSON, and imports both again."""
        proto, lines = self.folder / "export.pb", self.folder / "export.jsonl"
        self.run("export", corpus, "--format", "proto", "--out", proto, "--force")
        self.run("export", corpus, "--out", lines, "--force")
        rows = self.rows(corpus)
        payloads = framed(proto.read_bytes())
        assert [hashlib.sha256(payload).digest() for payload in payloads] == [
            digest for _, digest in rows
        ], "a payload is not what was stored"
        texts = lines.read_text().splitlines()
        assert len(texts) == len(rows)
        for (kind, _), payload, text in zip(rows, payloads, texts):
            request = REQUESTS[kind]
            parsed = json_format.ParseDict(mapped_ids(json.loads(text), to_base64), request())
            assert parsed == request.FromString(payload), text
        back = self.folder / "back.db"
        self.run("import", proto, "--out", back, "--force")
        assert self.rows(back) == rows, "a payload did not survive export and import"
        self.run("import", lines, "--out", back, "--force")
        assert [kind for kind, _ in self.rows(back)] == [kind for kind, _ in rows]
        print(f"{corpus}: {len(rows)} export requests, each equal as JSON and as protobuf")
        return list(zip((kind for kind, _ in rows), payloads))

    def check_forms(self, requests):
        """Writes the file exporter's four forms by hand and imports them."""
        compress = zstandard.ZstdCompressor().compress
        texts = []
        for kind, payload in requests:
            value = json_format.MessageToDict(
                REQUESTS[kind].FromString(payload), use_integers_for_enums=True
            )
            texts.append(json.dumps(mapped_ids(value, to_hex)).encode())

        def frame(messages):
            return b"".join(struct.pack(">I", len(message)) + message for message in messages)

        payloads = [payload for _, payload in requests]
        forms = {
            "json": b"".join(text + b"\n" for text in texts),
            "proto": frame(payloads),
            "json, zstd": frame(map(compress, texts)),
            "proto, zstd": frame(map(compress, payloads)),
        }
        for name, data in forms.items():
            source, back = self.folder / "form", self.folder / "form.db"
            source.write_bytes(data)
            self.run("import", source, "--out", back, "--force")
            self.run("export", back, "--format", "proto", "--out", self.folder / "form.pb", "--force")
            found = framed((self.folder / "form.pb").read_bytes())
            kinds = [kind for kind, _ in self.rows(back)]
            assert kinds == [kind for kind, _ in requests], name
            for kind, payload, expected in zip(kinds, found, payloads):
                if "proto" in name:
                    assert payload == expected, name
                assert REQUESTS[kind].FromString(payload) == REQUESTS[kind].FromString(expected)
            print(f"the file exporter's form {name}: {len(found)} export requests imported")

    def record_sdk(self):
        """Records what the official SDK sends."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        corpus = self.folder / "sdk.db"
        recorder = subprocess.Popen(
            [self.build / "record", "--listen", f"127.0.0.1:{port}", "--duration", "1h"]
            + ["--out", corpus, "--quiet"],
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            send_from_sdk(f"http://127.0.0.1:{port}")
        finally:
            recorder.send_signal(signal.SIGINT)
            assert recorder.wait(60) == 0
        return corpus


def send_from_sdk(url):
    """Spans with events, links, errors and attributes of every type; every instrument; logs."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "söme service", "list": ["a", "b"], "n": 7})
    tracers = TracerProvider(resource=resource)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    tracer = tracers.get_tracer("interop", "1.0")
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{url}/v1/metrics"))
    meters = MeterProvider(resource=resource, metric_readers=[reader])
    meter = meters.get_meter("interop")
    loggers = LoggerProvider(resource=resource)
    loggers.add_log_record_processor(
        BatchLogRecordProcessor(OTLPLogExporter(f"{url}/v1/logs"))
    )
    logger = logging.getLogger("interop")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(LoggingHandler(logger_provider=loggers))

    counter, histogram = meter.create_counter("orders"), meter.create_histogram("latency", "s")
    gauge, balance = meter.create_gauge("level"), meter.create_up_down_counter("balance")
    previous = None
    for number in range(50):
        links = [trace.Link(previous)] if previous else []
        with tracer.start_as_current_span("parent", links=links, kind=trace.SpanKind.SERVER) as span:
            span.set_attributes({"i": number, "f": 0.5, "b": True, "s": 'quoted "text" {}\n'})
            span.add_event("event", {"key": [1, 2, 3]})
            with contextlib.suppress(ValueError), tracer.start_as_current_span("child"):
                if number % 5 == 0:
                    raise ValueError("no such order")
            logger.warning("order %d was late", number, extra={"number": number})
            histogram.record(number / 10, {"route": "/orders"})
            previous = span.get_span_context()
        counter.add(1, {"kind": "test"})
        gauge.set(number)
        balance.add(-number)
    for provider in (tracers, meters, loggers):
        provider.force_flush()
        provider.shutdown()


def main():
    build, *corpora = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(build, folder)
        for corpus in corpora:
            requests = checker.check_corpus(corpus)
        checker.check_forms(requests)
        requests = checker.check_corpus(checker.record_sdk())
        assert {kind for kind, _ in requests} == {1, 2, 3}, "the SDK did not send every signal"
        checker.check_forms(requests)


main()
