import OTLP

/// The frame of a block: named sections, each a zlib stream or stored as it is.
///
/// A block begins with the layout's version (1 byte) and the number of sections (1 byte). For each
/// section follow its name (1 byte), its encoding (1 byte: 0 stored, 1 zlib), its length in the
/// block and its inflated length (4 bytes each, little-endian); then the sections' bytes in the
/// same order.
enum BlockLayout {
    static let version: UInt8 = 1

    /// No section inflates past this, whatever a damaged block claims, in bytes.
    static let maximumSectionBytes = 256 << 20

    /// A section's name in the block.
    enum Section: Hashable {
        /// One row an export request: signal, arrival, lengths and counts.
        case requests
        /// The distinct trace ids, 16 bytes each.
        case traceIDs
        /// For each trace id its anchor.
        case anchors
        /// The distinct span ids, 8 bytes each.
        case spanIDs
        /// One of a signal's columns.
        case column(Column, Signal)

        var code: UInt8 {
            switch self {
            case .requests: 0
            case .traceIDs: 1
            case .anchors: 2
            case .spanIDs: 3
            case .column(let column, let signal): signal.code * 16 + column.rawValue
            }
        }

        init?(code: UInt8) {
            switch code {
            case 0: self = .requests
            case 1: self = .traceIDs
            case 2: self = .anchors
            case 3: self = .spanIDs
            default:
                guard let signal = Signal(code: UInt64(code / 16)),
                    let column = Column(rawValue: code % 16)
                else { return nil }
                self = .column(column, signal)
            }
        }
    }

    /// What a block keeps of each signal, apart.
    enum Column: UInt8, CaseIterable {
        /// The payloads with their holes zeroed, end to end.
        case skeletons = 0
        /// A byte a hole: its kind; the high bit marks an item's first hole.
        case kinds = 1
        /// A varint a hole: the bytes between it and the hole before, or the payload's start.
        case gaps = 2
        /// A varint an item with holes: 0 for no trace, or 1 + the distance to its trace.
        case traces = 3
        /// A varint a timestamp: its distance from the anchor or the time before.
        case times = 4
        /// A varint an id that isn't its item's trace id: the distance to its entry.
        case references = 5
    }

    /// The high bit of a kind byte: this hole is the first of an item.
    static let firstOfItem: UInt8 = 0x80
}

extension Signal {
    /// The signal's number in the corpus format.
    var code: UInt8 {
        switch self {
        case .traces: 1
        case .metrics: 2
        case .logs: 3
        }
    }

    init?(code: UInt64) {
        switch code {
        case 1: self = .traces
        case 2: self = .metrics
        case 3: self = .logs
        default: return nil
        }
    }
}
