import Foundation
import OTLP

/// Gives back the export requests of a block, in their order, by filling the holes of their
/// skeletons.
struct BlockDecoder: Sendable {
    /// What a block says of one export request.
    struct Row: Equatable, Sendable {
        let signal: Signal
        let arrival: Timestamp
        let payloadBytes: Int
        let itemCount: Int
        let holeCount: Int
    }

    private struct Columns: Sendable {
        let skeletons: [UInt8]
        var skeletonOffset = 0
        var kinds: ColumnReader
        var gaps: ColumnReader
        var traces: ColumnReader
        var times: ColumnReader
        var references: ColumnReader
        var lastTrace = 0
        var lastSpan = 0
        var lastTime: UInt64 = 0
    }

    private var requests: ColumnReader
    private var lastArrival: UInt64 = 0
    private let traceIDs: [UInt8]
    private var anchors: [UInt64] = []
    private let spanIDs: [UInt8]
    private var columns: [Columns] = []
    private let mapping: TimestampMapping

    /// Inflates a block.
    /// - Throws: ``CodecError`` when the bytes are not a block.
    init(_ block: [UInt8], mapping: TimestampMapping) throws(CodecError) {
        var sections = try BlockFrame.decode(block)
        func take(_ section: BlockLayout.Section) -> [UInt8] {
            sections.removeValue(forKey: section.code) ?? []
        }
        self.mapping = mapping
        requests = ColumnReader(take(.requests))
        traceIDs = take(.traceIDs)
        spanIDs = take(.spanIDs)
        var anchorColumn = ColumnReader(take(.anchors))
        var anchor: UInt64 = 0
        for _ in 0..<(traceIDs.count / 16) {
            anchor = try anchorColumn.value(after: anchor)
            anchors.append(anchor)
        }
        for signal in Signal.allCases {
            columns.append(
                Columns(
                    skeletons: take(.column(.skeletons, signal)),
                    kinds: ColumnReader(take(.column(.kinds, signal))),
                    gaps: ColumnReader(take(.column(.gaps, signal))),
                    traces: ColumnReader(take(.column(.traces, signal))),
                    times: ColumnReader(take(.column(.times, signal))),
                    references: ColumnReader(take(.column(.references, signal)))
                )
            )
        }
    }

    /// The ids of the block's traces, with their anchors.
    var traces: [(Data, UInt64)] {
        anchors.indices.map { (Data(traceIDs[($0 * 16)..<($0 * 16 + 16)]), anchors[$0]) }
    }

    /// The next export request of the block; its payload must be filled before the one after.
    mutating func next() throws(CodecError) -> Row {
        guard let signal = Signal(code: try requests.varint()) else {
            throw CodecError("an export request has an unknown signal")
        }
        lastArrival = try requests.value(after: lastArrival)
        let place = Int(signal.code) - 1
        let rest = columns[place].skeletons.count - columns[place].skeletonOffset
        let payloadBytes = try requests.count(upTo: rest)
        return Row(
            signal: signal,
            arrival: Timestamp(unixNanoseconds: lastArrival),
            payloadBytes: payloadBytes,
            itemCount: try requests.count(upTo: payloadBytes),
            holeCount: try requests.count(upTo: payloadBytes)
        )
    }

    /// Writes a request's payload, with its timestamps mapped, to a buffer of its exact length.
    mutating func fill(
        _ row: Row,
        into payload: UnsafeMutableRawBufferPointer
    ) throws(CodecError) {
        precondition(payload.count >= row.payloadBytes)
        guard let base = payload.baseAddress, row.payloadBytes > 0 else { return }
        try Self.fill(
            row,
            into: base,
            columns: &columns[Int(row.signal.code) - 1],
            traceIDs: traceIDs,
            anchors: anchors,
            spanIDs: spanIDs,
            mapping: mapping
        )
    }

    private static func fill(
        _ row: Row,
        into base: UnsafeMutableRawPointer,
        columns: inout Columns,
        traceIDs: [UInt8],
        anchors: [UInt64],
        spanIDs: [UInt8],
        mapping: TimestampMapping
    ) throws(CodecError) {
        columns.skeletons.withUnsafeBytes { skeletons in
            base.copyMemory(
                from: skeletons.baseAddress.unsafelyUnwrapped + columns.skeletonOffset,
                byteCount: row.payloadBytes
            )
        }
        columns.skeletonOffset += row.payloadBytes

        var end = 0
        var trace: Int?
        var previousTime: UInt64 = 0
        var isFirstTime = false
        var motion = TimestampMapping.Motion.unmoved
        for _ in 0..<row.holeCount {
            let kindByte = try columns.kinds.byte()
            guard let kind = Hole.Kind(rawValue: kindByte & ~BlockLayout.firstOfItem) else {
                throw CodecError("a hole is of an unknown kind")
            }
            if kindByte & BlockLayout.firstOfItem != 0 {
                trace = nil
                previousTime = columns.lastTime
                motion = row.signal == .metrics ? mapping.axisMotion : mapping.ownMotion
                let code = try columns.traces.varint()
                if code != 0 {
                    let distance = Int64(bitPattern: ((code - 1) >> 1) ^ (0 &- ((code - 1) & 1)))
                    let (index, overflow) = columns.lastTrace.addingReportingOverflow(Int(distance))
                    guard !overflow, anchors.indices.contains(index) else {
                        throw CodecError("a trace reference points outside its list")
                    }
                    trace = index
                    columns.lastTrace = index
                    previousTime = anchors[index]
                    motion = mapping.motion(anchor: anchors[index])
                }
                isFirstTime = trace == nil
            }
            let gap = try columns.gaps.count(upTo: row.payloadBytes)
            let offset = end + gap
            guard offset + kind.width <= row.payloadBytes else {
                throw CodecError("a hole lies outside its payload")
            }
            end = offset + kind.width
            switch kind {
            case .traceID:
                guard let trace else { throw CodecError("a trace id has no trace") }
                copy(traceIDs, trace, width: 16, to: base + offset)
            case .otherTraceID:
                let index = try columns.references.index(
                    after: columns.lastTrace,
                    below: anchors.count
                )
                copy(traceIDs, index, width: 16, to: base + offset)
            case .spanID, .parentSpanID, .otherSpanID:
                let index = try columns.references.index(
                    after: columns.lastSpan,
                    below: spanIDs.count / 8
                )
                columns.lastSpan = index
                copy(spanIDs, index, width: 8, to: base + offset)
            case .startTime, .endTime, .eventTime, .time, .observedTime, .exemplarTime:
                let time = try columns.times.value(after: previousTime)
                if time != 0 {
                    previousTime = time
                    if isFirstTime {
                        columns.lastTime = time
                        isFirstTime = false
                        if case .byFirstTime = motion { motion = mapping.motion(anchor: time) }
                    }
                }
                (base + offset).storeBytes(
                    of: mapping.moved(time, motion).littleEndian,
                    as: UInt64.self
                )
            }
        }
    }

    @inline(__always)
    private static func copy(
        _ ids: [UInt8],
        _ index: Int,
        width: Int,
        to place: UnsafeMutableRawPointer
    ) {
        ids.withUnsafeBytes {
            place.copyMemory(
                from: $0.baseAddress.unsafelyUnwrapped + index * width,
                byteCount: width
            )
        }
    }
}
