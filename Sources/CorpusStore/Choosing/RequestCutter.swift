public import OTLP

/// Cuts export requests down to what is chosen inside of them: a service's resources, the spans and
/// log records of traces.
public struct RequestCutter: Sendable {
    /// An export request cut down.
    public struct Cut: Sendable {
        /// The request, whole where nothing had to go.
        public let payload: [UInt8]
        /// How many items are left.
        public let itemCount: Int
        /// The CRC-32 of what is left, with timestamps and ids zeroed.
        public let skeletonCRC32: UInt32
    }

    private let service: String?
    private let traces: TraceSelection?

    /// Nil where nothing is to be cut; the traces are named as the requests name them.
    public init?(service: String?, traces: TraceSelection?) {
        guard service != nil || traces != nil else { return nil }
        self.service = service
        self.traces = traces
    }

    /// Cuts a payload down; nil when nothing is left of it.
    ///
    /// Metric points are in no trace.
    /// - Throws: `WireError` where the payload is not a well-formed export request.
    public func cut(_ signal: Signal, _ payload: [UInt8]) throws(WireError) -> Cut? {
        guard traces == nil || signal != .metrics else { return nil }
        var left = Cut(payload: payload, itemCount: 0, skeletonCRC32: 0)
        if let service {
            guard let cut = try ServiceCut(signal, payload, keeping: service) else { return nil }
            left = Cut(
                payload: cut.payload,
                itemCount: cut.itemCount,
                skeletonCRC32: cut.skeletonCRC32
            )
        }
        guard let traces else { return left }
        let scan = try RequestScan(signal, payload: left.payload)
        let isKept = scan.items.map { traces.contains($0, of: left.payload) }
        guard let cut = try RequestScan.cut(left.payload, keeping: isKept) else { return nil }
        return Cut(
            payload: cut,
            itemCount: isKept.count { $0 },
            skeletonCRC32: try RequestScan(signal, payload: cut).skeletonCRC32(of: cut)
        )
    }
}
