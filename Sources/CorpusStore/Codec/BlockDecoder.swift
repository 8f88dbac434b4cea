import Foundation
import OTLP

/// Gives back the export requests of a block, in their order, by filling the slots of their
/// templates.
///
/// Reading any bytes takes at most ``BlockLayout/maximumSectionBytes`` and 64 times its tables
/// (``BlockLayout/maximumTableBytes`` each) of memory, never more than some thousand times the
/// block's length, and time in proportion to that and to the payloads, of which a block holds
/// ``BlockLayout/maximumPayloadBytes`` at most.
///
/// Sendable, though it holds pointers: they lead into memory that it alone owns.
struct BlockDecoder: ~Copyable, @unchecked Sendable {
    /// What a block says of one export request.
    struct Row: Equatable, Sendable {
        let signal: Signal
        let arrival: Timestamp
        let payloadBytes: Int
        let itemCount: Int
        let pieceCount: Int
    }

    private let memory: BlockMemory
    private var requests: ColumnCursor
    private var lastArrival: UInt64 = 0
    private var unreadPayloadBytes: Int
    private let anchors: [UInt64]
    private let table: TemplateTable
    private var columns: [TemplateTable.Column]
    private var lastTimes: [UInt64]
    private let motions: [TimestampMapping.Motion]
    private var filler: BlockFiller
    private let pointsBegin: UInt64?

    /// Inflates a block; no interval of a data point is to begin before `pointsBegin`, if given.
    /// - Throws: ``CodecError`` when the bytes are not a block.
    init(
        _ block: [UInt8],
        mapping: TimestampMapping = .keep,
        ids: IdentifierMapping = .keep,
        pointsBegin: Timestamp? = nil,
        library: Compression = .inUse
    ) throws(CodecError) {
        let memory = try BlockMemory.inflated(block, library: library)
        let table = try TemplateTable(memory)
        let anchors = try Self.anchors(
            memory.cursor(.anchors),
            count: memory.bytes(of: .traceIDs).count / 16
        )
        ids.apply(toTraceIDs: memory.bytes(of: .traceIDs))
        ids.apply(toSpanIDs: memory.bytes(of: .spanIDs))
        requests = memory.cursor(.requests)
        unreadPayloadBytes = Self.mostPayloadBytes(memory, table)
        motions = anchors.map { mapping.motion(anchor: $0) }
        columns = table.columns
        lastTimes = anchors
        filler = BlockFiller(memory, mapping: mapping)
        // Apart from the mapping, which the filler keeps in registers.
        self.pointsBegin = pointsBegin.map {
            mapping.moved($0.unixNanoseconds, mapping.axisMotion)
        }
        self.table = table
        self.anchors = anchors
        self.memory = memory
    }

    private static func anchors(
        _ column: ColumnCursor,
        count: Int
    ) throws(CodecError) -> [UInt64] {
        var column = column
        var anchors: [UInt64] = []
        anchors.reserveCapacity(count)
        for _ in 0..<count {
            anchors.append(try column.value(after: anchors.last ?? 0))
        }
        return anchors
    }

    /// How many bytes the pieces of a block make up at most.
    private static func mostPayloadBytes(
        _ memory: borrowing BlockMemory,
        _ table: TemplateTable
    ) -> Int {
        let filled = memory.bytes(of: .pieces).count.multipliedReportingOverflow(
            by: table.longestTemplate
        )
        let most = filled.partialValue.addingReportingOverflow(memory.bytes(of: .literals).count)
        let overflows = filled.overflow || most.overflow
        return overflows
            ? BlockLayout.maximumPayloadBytes
            : min(most.partialValue, BlockLayout.maximumPayloadBytes)
    }

    /// The ids of the block's traces, as renamed, with their anchors.
    var traces: [(Data, UInt64)] {
        let ids = memory.bytes(of: .traceIDs)
        return anchors.indices.map { (Data(ids[($0 * 16)..<($0 * 16 + 16)]), anchors[$0]) }
    }

    /// Whether the block lists another export request.
    var hasNext: Bool { requests.rest > 0 }

    /// The next export request of the block; its payload must be filled before the one after.
    mutating func next() throws(CodecError) -> Row {
        guard let signal = Signal(code: try requests.varint()) else {
            throw CodecError("an export request has an unknown signal")
        }
        lastArrival = try requests.value(after: lastArrival)
        let payloadBytes = try requests.count(upTo: unreadPayloadBytes)
        unreadPayloadBytes -= payloadBytes
        return Row(
            signal: signal,
            arrival: Timestamp(unixNanoseconds: lastArrival),
            payloadBytes: payloadBytes,
            itemCount: try requests.count(upTo: payloadBytes),
            pieceCount: try requests.count(upTo: payloadBytes)
        )
    }

    /// Writes a request's payload, with its timestamps and ids mapped, to a buffer of its exact
    /// length.
    mutating func fill(
        _ row: Row,
        into payload: UnsafeMutableRawBufferPointer
    ) throws(CodecError) {
        precondition(payload.count >= row.payloadBytes)
        guard let base = payload.baseAddress, row.payloadBytes > 0 else { return }
        // Taken out of self for the call, since spans of its arrays would bar the way to the rest.
        var (columns, lastTimes) = (self.columns, self.lastTimes)
        (self.columns, self.lastTimes) = ([], [])
        defer { (self.columns, self.lastTimes) = (columns, lastTimes) }
        let (table, motions) = (self.table, self.motions)
        let before = pointsBegin == nil ? nil : filler
        var columnSpan = columns.mutableSpan
        var lastTimeSpan = lastTimes.mutableSpan
        try filler.fill(
            row,
            into: base,
            templates: table.templates.span,
            slots: table.slots.span,
            motions: motions.span,
            columns: &columnSpan,
            lastTimes: &lastTimeSpan
        )
        if let before, let pointsBegin, row.signal == .metrics {
            try before.boundPoints(
                row,
                in: base,
                beginningAt: pointsBegin,
                templates: table.templates.span,
                slots: table.slots.span
            )
        }
    }

    /// An export request with its payload filled.
    mutating func request(_ row: Row) throws(CodecError) -> ExportRequest {
        var payload = [UInt8](repeating: 0, count: row.payloadBytes)
        let result = payload.withUnsafeMutableBytes { buffer in
            Result { () throws(CodecError) in try fill(row, into: buffer) }
        }
        try result.get()
        return ExportRequest(signal: row.signal, arrival: row.arrival, payload: payload)
    }
}
