"""Checks what `replay` sends with receivers built on the official Python packages.

The receivers know OTLP from the packages opentelemetry-proto, protobuf and grpcio alone. They take a
corpus over each protocol, with and without gzip, over TLS too, and what they got is compared with
what `corpus-tool export` says that the corpus holds, request by request:

- with `--timestamps keep` all is equal, over http/protobuf and gRPC byte for byte;
- with `--timestamps shift` all but the times is equal, and each time has moved as the mode says.
"""

import collections
import contextlib
import gzip
import http.server
import json
import pathlib
import sqlite3
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
from concurrent import futures

import grpc
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

from otlp_json import mapped_ids, to_base64

PROTOCOLS = ("http/protobuf", "http/json", "grpc")
KINDS = {
    "traces": (1, traces.ExportTraceServiceRequest, traces.ExportTraceServiceResponse),
    "metrics": (2, metrics.ExportMetricsServiceRequest, metrics.ExportMetricsServiceResponse),
    "logs": (3, logs.ExportLogsServiceRequest, logs.ExportLogsServiceResponse),
}
SERVICES = {
    "opentelemetry.proto.collector.trace.v1.TraceService": "traces",
    "opentelemetry.proto.collector.metrics.v1.MetricsService": "metrics",
    "opentelemetry.proto.collector.logs.v1.LogsService": "logs",
}
TIMES = {"time_unix_nano", "start_time_unix_nano", "end_time_unix_nano", "observed_time_unix_nano"}


class Receiver:
    """Keeps the bodies that arrive, inflated, and how many were compressed."""

    def __init__(self):
        self.bodies = []
        self.compressed = 0
        self.lock = threading.Lock()

    def take(self, signal, body, is_compressed):
        with self.lock:
            self.bodies.append((signal, body))
            self.compressed += is_compressed


class HTTPReceiver(Receiver):
    def __init__(self, credentials):
        super().__init__()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_compressed = self.headers["Content-Encoding"] == "gzip"
                signal = self.path.removeprefix("/v1/")
                kind = self.headers["Content-Type"]
                receiver.take(
                    (signal, kind), gzip.decompress(body) if is_compressed else body, is_compressed
                )
                answer = b"{}" if kind == "application/json" else KINDS[signal][2]().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        if credentials:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*credentials)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class GRPCReceiver(Receiver, grpc.GenericRpcHandler):
    def __init__(self, credentials):
        super().__init__()
        self.server = grpc.server(futures.ThreadPoolExecutor(8))
        self.server.add_generic_rpc_handlers((self,))
        if credentials:
            certificate, key = (pathlib.Path(path).read_bytes() for path in credentials)
            self.port = self.server.add_secure_port(
                "127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)])
            )
        else:
            self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def service(self, details):
        service, _, method = details.method.removeprefix("/").partition("/")
        if service not in SERVICES or method != "Export":
            return None
        signal = SERVICES[service]

        def export(body, context):
            self.take((signal, "application/grpc"), body, False)
            return KINDS[signal][2]()

        return grpc.unary_unary_rpc_method_handler(
            export, response_serializer=lambda answer: answer.SerializeToString()
        )

    def close(self):
        self.server.stop(0).wait()


def parsed(bodies):
    """The signals and messages of what was received."""
    for (signal, kind), body in bodies:
        request = KINDS[signal][1]
        if kind == "application/json":
            yield signal, json_format.ParseDict(mapped_ids(json.loads(body), to_base64), request())
        else:
            yield signal, request.FromString(body)


class Corpus:
    def __init__(self, path, build, folder):
        exported = folder / "exported.pb"
        command = [build / "corpus-tool", "export", path, "--format", "proto", "--quiet", "--force"]
        subprocess.run([*command, "--out", exported], check=True, stdout=subprocess.DEVNULL)
        signals = {number: signal for signal, (number, *_) in KINDS.items()}
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT signal, arrival_ns FROM requests ORDER BY id").fetchall()
            self.anchors = dict(database.execute("SELECT trace_id, anchor_ns FROM trace_ids"))
        self.first_arrival = min(arrival for _, arrival in rows)
        self.path = path
        self.requests = []
        data, place = exported.read_bytes(), 0
        for number, _ in rows:
            (length,) = struct.unpack_from(">I", data, place)
            self.requests.append((signals[number], data[place + 4 : place + 4 + length]))
            place += 4 + length
        assert place == len(data)
        self.messages = [(s, KINDS[s][1].FromString(body)) for s, body in self.requests]


def times_taken_out(message, trace=b""):
    """Clears the times within a message: each with the trace it belongs to, in a fixed order."""
    taken = []
    trace = getattr(message, "trace_id", trace)
    for field, value in message.ListFields():
        if field.name in TIMES:
            taken.append((trace, value))
            message.ClearField(field.name)
        elif field.message_type is not None:
            for part in value if field.is_repeated else [value]:
                taken += times_taken_out(part, trace)
    return taken


def by_content(messages):
    """The times of each message, under what else is in it."""
    found = {}
    for signal, message in messages:
        copy = type(message)()
        copy.CopyFrom(message)
        times = times_taken_out(copy)
        key = (signal, copy.SerializeToString(deterministic=True))
        assert key not in found, "two requests differ in times alone"
        found[key] = times
    return found


def check_shifted(corpus, received, start, speed):
    expected, found = by_content(corpus.messages), by_content(received)
    assert expected.keys() == found.keys(), "more than times has changed"
    count = 0
    for key, times in expected.items():
        for (trace, before), (_, after) in zip(times, found[key], strict=True):
            anchor = corpus.anchors.get(trace, before) if trace and key[0] != "metrics" else before
            wanted = before - anchor + start + (anchor - corpus.first_arrival) / speed
            # The float above is exact to a microsecond.
            assert abs(after - wanted) < 1_000, (key[0], before, after, wanted)
            count += 1
    # Within a trace distances are exact, to the nanosecond.
    moves = collections.defaultdict(set)
    for key, times in expected.items():
        if key[0] != "metrics":
            for (trace, before), (_, after) in zip(times, found[key]):
                if trace:
                    moves[trace].add(after - before)
    assert moves and all(len(move) == 1 for move in moves.values()), "a trace was torn apart"
    return count, len(moves)


class Checker:
    def __init__(self, build, folder, corpus):
        self.build, self.folder, self.corpus = build, folder, corpus

    def replay(self, protocol, *options, credentials=None):
        receiver = (GRPCReceiver if protocol == "grpc" else HTTPReceiver)(credentials)
        scheme, extra = ("https", ["--ca", credentials[0]]) if credentials else ("http", [])
        try:
            report = subprocess.run(
                [self.build / "replay", self.corpus.path, "--protocol", protocol, "--json"]
                + ["--to", f"{scheme}://127.0.0.1:{receiver.port}", "--quiet", *extra, *options],
                check=True, stdout=subprocess.PIPE, timeout=60,
            ).stdout
        finally:
            receiver.close()
        report = json.loads(report)
        assert report["complete"] and report["settings"]["protocol"] == protocol, report["settings"]
        return receiver, report

    def check_kept(self, protocol, compression, credentials=None):
        receiver, _ = self.replay(
            protocol, "--speed", "max", "--timestamps", "keep", "--compression", compression,
            credentials=credentials,
        )
        count = len(receiver.bodies)
        if protocol != "grpc":  # grpcio inflates messages and says nothing of it
            assert receiver.compressed == (count if compression == "gzip" else 0)
        if protocol == "http/json":
            found = [(s, m.SerializeToString(deterministic=True)) for s, m in parsed(receiver.bodies)]
            wanted = [(s, m.SerializeToString(deterministic=True)) for s, m in self.corpus.messages]
            what = "equal"
        else:
            found = [(signal, body) for (signal, _), body in receiver.bodies]
            wanted, what = self.corpus.requests, "identical"
        assert collections.Counter(found) == collections.Counter(wanted), "not what the corpus holds"
        over = ", over TLS" if credentials else ""
        print(f"replay over {protocol}, compression {compression}{over}: {count} requests, {what}")

    def check_shift(self, protocol, speed):
        receiver, report = self.replay(protocol, "--speed", f"{speed}x")
        times, moved = check_shifted(
            self.corpus, parsed(receiver.bodies), report["start_unix_ns"], speed
        )
        print(f"replay over {protocol}, shifted: {times} times of {moved} traces as they should be")

    def make_credentials(self):
        certificate, key = self.folder / "server.pem", self.folder / "server.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-days", "2", "-subj", "/CN=interop", "-addext"]
            + ["subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
            check=True, stderr=subprocess.DEVNULL,
        )
        return str(certificate), str(key)


def main():
    build, path = pathlib.Path(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        checker = Checker(build, folder, Corpus(path, build, folder))
        for protocol in PROTOCOLS:
            for compression in ("none", "gzip"):
                checker.check_kept(protocol, compression)
            checker.check_shift(protocol, 100)
        credentials = checker.make_credentials()
        for protocol in ("http/protobuf", "grpc"):
            checker.check_kept(protocol, "gzip", credentials)


main()
