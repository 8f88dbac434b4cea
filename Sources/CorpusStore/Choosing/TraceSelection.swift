import Foundation
import GRDB
public import OTLP

/// The traces of a corpus that a ``TraceFilter`` chooses, about 40 bytes each.
public struct TraceSelection: Sendable {
    var ids: Set<TraceID>

    /// How many traces are chosen.
    public var count: Int { ids.count }

    /// Chooses by the rows of the spans where all have theirs, or else by decoding and scanning
    /// every block once, which takes about 100 bytes a trace of the corpus.
    ///
    /// `skipsDamaged` has spans in damaged blocks taken for not there.
    /// - Throws: ``CorpusError`` when the corpus can't be read; ``WireError`` when a request in it
    ///   is not well-formed.
    public init(_ filter: TraceFilter, in reader: CorpusReader, skipsDamaged: Bool = false) throws {
        ids =
            try Self.indexed(filter, in: reader)
            ?? Self.scanned(filter, in: reader, skipsDamaged: skipsDamaged)
    }

    /// The same traces as a replay names them that renames ids.
    public func renamed(by mapping: IdentifierMapping) -> TraceSelection {
        var renamed = self
        renamed.ids = Set(
            ids.map { id in
                var words = (id.high, id.low)
                return withUnsafeMutableBytes(of: &words) { bytes in
                    mapping.apply(toTraceIDs: bytes)
                    return bytes.baseAddress.map { TraceID($0) } ?? id
                }
            }
        )
        return renamed
    }

    /// Whether an item of the payload is in one of the traces; one without a trace is not.
    public func contains(_ item: RequestScan.Item, of payload: [UInt8]) -> Bool {
        let offset = Int(item.traceIDOffset)
        guard offset >= 0, offset <= payload.count - 16 else { return false }
        return payload.withUnsafeBytes { bytes in
            bytes.baseAddress.map { ids.contains(TraceID($0 + offset)) } ?? false
        }
    }

    // MARK: By the spans' rows

    private static func indexed(
        _ filter: TraceFilter,
        in reader: CorpusReader
    ) throws(CorpusError) -> Set<TraceID>? {
        try CorpusError.wrapping(reader.path) {
            try reader.database.read { database in
                let missing = "SELECT EXISTS (SELECT * FROM blocks WHERE NOT indexed)"
                guard try Bool.fetchOne(database, sql: missing) == false else { return nil }
                var ids: Set<TraceID> = []
                // A start that is unset lies at 0 and says nothing of when the trace began.
                let rows = try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT trace_id FROM spans JOIN trace_ids ON trace_ids.id = trace
                            JOIN operations ON operations.id = operation_id
                            JOIN services ON services.id = service_id
                        WHERE trace > 0 GROUP BY trace
                        HAVING (?1 IS NULL OR max(services.name = ?1)) AND (?2 = 0 OR max(status = 2))
                            AND (?3 = 0 OR coalesce(
                                max(iif(anchor_ns + start_offset_ns > 0,
                                        start_offset_ns + duration_ns, NULL))
                                - min(iif(anchor_ns + start_offset_ns > 0,
                                          start_offset_ns, NULL)), 0) >= ?3)
                        """,
                    arguments: [
                        filter.service, filter.needsError, filter.minimumDurationNanoseconds,
                    ]
                )
                while let row = try rows.next() {
                    let id: Data = try row.decode(atIndex: 0)
                    guard id.count == 16 else { continue }
                    id.withUnsafeBytes { bytes in
                        if let base = bytes.baseAddress { ids.insert(TraceID(base)) }
                    }
                }
                return ids
            }
        }
    }

    // MARK: By the spans themselves

    /// What is known of a trace while its spans are gathered.
    private struct Candidate {
        var first = UInt64.max
        var last: UInt64 = 0
        var hasService = false
        var hasError = false

        mutating func add(_ item: RequestScan.Item, isOfService: Bool) {
            hasService = hasService || isOfService
            hasError = hasError || item.status == 2
            guard item.startUnixNanoseconds > 0 else { return }
            first = min(first, item.startUnixNanoseconds)
            last = max(last, item.timeUnixNanoseconds)
        }

        func meets(_ filter: TraceFilter) -> Bool {
            let duration = last > first ? last - first : 0
            return (filter.service == nil || hasService) && (!filter.needsError || hasError)
                && duration >= UInt64(filter.minimumDurationNanoseconds)
        }
    }

    private static func scanned(
        _ filter: TraceFilter,
        in reader: CorpusReader,
        skipsDamaged: Bool
    ) throws -> Set<TraceID> {
        var candidates: [TraceID: Candidate] = [:]
        for block in try reader.blocks() {
            do {
                var contents = try reader.contents(of: block, mapping: .keep)
                while let (_, request) = try contents.nextRequest() {
                    guard request.signal == .traces else { continue }
                    try gather(request.payload, filter, into: &candidates)
                }
            } catch CorpusError.damagedBlock where skipsDamaged {
                continue
            }
        }
        return Set(candidates.lazy.filter { $0.value.meets(filter) }.map(\.key))
    }

    private static func gather(
        _ payload: [UInt8],
        _ filter: TraceFilter,
        into candidates: inout [TraceID: Candidate]
    ) throws(WireError) {
        let scan = try RequestScan(.traces, payload: payload)
        let name = filter.service.map { Array($0.utf8) }
        let isOfService = scan.resources.map { resource in
            name.map(payload[resource.serviceName.places].elementsEqual) ?? true
        }
        payload.withUnsafeBytes { bytes in
            for item in scan.items where item.traceIDOffset >= 0 {
                guard let base = bytes.baseAddress else { return }
                candidates[TraceID(base + Int(item.traceIDOffset)), default: Candidate()]
                    .add(item, isOfService: isOfService[Int(item.resource)])
            }
        }
    }
}
