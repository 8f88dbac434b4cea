import OTLP

/// The ids in trace requests, by an independent scan; all zeros stand for none and don't count.
struct SpanIdentifiers {
    private(set) var traces: Set<[UInt8]> = []
    private(set) var spans: Set<[UInt8]> = []
    private var parents: [[UInt8]] = []

    /// How many spans have a parent that is there too.
    var parentsAmongSpans: Int { parents.count { spans.contains($0) } }

    init(_ requests: [ExportRequest]) throws {
        for request in requests {
            let scan = try RequestScan(.traces, payload: request.payload)
            for item in scan.items {
                if let id = Self.id(request.payload, item.traceIDOffset, 16) { traces.insert(id) }
                if let id = Self.id(request.payload, item.spanIDOffset, 8) { spans.insert(id) }
                if let id = Self.id(request.payload, item.parentSpanIDOffset, 8) {
                    parents.append(id)
                }
            }
        }
    }

    private static func id(_ payload: [UInt8], _ offset: Int32, _ width: Int) -> [UInt8]? {
        guard offset >= 0 else { return nil }
        let bytes = Array(payload[Int(offset)..<(Int(offset) + width)])
        return bytes.allSatisfy { $0 == 0 } ? nil : bytes
    }
}
