/// The keys that scripts rely on; programs may add to them and take none away.
enum DocumentedJSON {
    private static let latencies = """
        {"p50":0,"p90":0,"p99":0,"p99_9":0,"max":0,"mean":0,"count":0}
        """

    private static let signal = """
        {"requests":0,"items":0,"bytes":0,"accepted_items":0,"rejected_items":0,"retries":0,
         "failed_requests":0,"unsent_requests":0}
        """

    static let record = """
        {"version":1,"corpus":"run.db","complete":true,
         "load":{"planned":0,"sent":0,"succeeded":0,"failed":0,"missed":0,
                 "response_time_ms":\(latencies)},
         "export_requests":{"traces":0,"metrics":0,"logs":0},
         "items":{"spans":0,"metric_points":0,"log_records":0},
         "bytes":{"payload":0,"stored":0,"file":0},"digest":"sha256:"}
        """

    static let corpusStats = """
        {"version":1,"corpus":"run.db","complete":true,"recording":{},"duration_seconds":0,
         "export_requests":{"traces":0,"metrics":0,"logs":0},
         "protocols":{"http_protobuf":0,"http_json":0,"grpc":0},
         "items":{"spans":0,"metric_points":0,"log_records":0},
         "bytes":{"payload":0,"json_equivalent":0,"blocks":0,"item_tables":0,"file":0},
         "compression_ratio":0,"verified":true,"digest":"sha256:",
         "services":[{"name":"","spans":0,"metric_points":0,"log_records":0}],
         "operations":[{"service":"","name":"","kind":"","count":0,"errors":0,
                        "duration_ms":\(latencies)}],
         "metrics":[{"name":"","type":"","points":0}],"severities":[{"severity":"INFO","count":0}]}
        """

    static let replay = """
        {"version":1,"corpus":{"path":"","digest":""},"settings":{},"complete":true,"events":[],
         "signals":{"traces":\(signal),"metrics":\(signal),"logs":\(signal)},
         "planned_seconds":0,"elapsed_seconds":0,
         "lateness_ms":\(latencies),"service_time_ms":\(latencies),
         "response_time_ms":\(latencies),
         "timeline":[{"second":0,"requests":0,"items":0,"bytes":0,"errors":0,
                      "lateness_p99_ms":0}],
         "content_digest":"sha256:"}
        """

    static let replaySettings = """
        {"to":"","protocol":"http/protobuf","endpoints":{"traces":"","metrics":"","logs":""},
         "speed":"1x"}
        """

    static let backend = """
        {"traces":{"requests":0,"items":0,"bytes":0},"metrics":{"requests":0,"items":0,"bytes":0},
         "logs":{"requests":0,"items":0,"bytes":0}}
        """
}
