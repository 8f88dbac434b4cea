import OTLP

/// What a block is made of, to the byte.
///
/// A block begins with the layout's version (1 byte) and the number of sections (2 bytes). For
/// each section follow its name (1 byte), its encoding (1 byte: 0 stored, 1 zlib), its length in
/// the block and its inflated length (4 bytes each); then the sections' bytes in the same order.
/// Integers of fixed width are little-endian, all others varints (LEB128). A difference is of
/// 64-bit integers, wraps, and has its sign in the lowest bit (zigzag). Sections of the same name
/// are one, joined in their order.
///
/// A payload is cut into pieces: a span, a data point, a log record, a resource, a scope or another
/// field around them with its tag and length; and the tags and lengths that open the messages
/// around those, as they stand. Pieces of the same structure (the same fields, lengths and
/// attribute keys) share a template: the bytes in which they agree, and slots for what is left.
/// A slot is a hole, or a value that differs between the template's pieces.
enum BlockLayout {
    static let version: UInt8 = 2

    /// The longest total of the payloads of a block, in bytes.
    static let maximumPayloadBytes = 1 << 29

    /// The longest total of the inflated sections, in bytes.
    ///
    /// Reading any block allocates this at most, and a multiple of the tables, which are bounded
    /// apart. No section may claim to inflate more than 1,032-fold, which deflate can't exceed.
    static let maximumSectionBytes = 1 << 29

    /// The longest table of templates or columns, in bytes; in memory it takes up to 64 times that.
    static let maximumTableBytes = 1 << 24

    /// A section's name in the block.
    enum Section: UInt8, CaseIterable {
        /// For each export request: its signal, the difference of its arrival from the one before,
        /// the length of its payload, and the number of its items and of its pieces.
        case requests = 0
        /// The distinct trace ids, 16 bytes each.
        case traceIDs = 1
        /// For each trace id the difference of its anchor from the one before.
        case anchors = 2
        /// The distinct span ids, 8 bytes each.
        case spanIDs = 3
        /// For each piece 1 plus the number of its template; or 0 and the number of bytes that it
        /// takes from `literals`.
        case pieces = 4
        /// The bytes that open messages.
        case literals = 5
        /// For each piece with a trace id of its own: the difference of its index from the last
        /// one of the signal.
        case traces = 6
        /// A difference for each timestamp. In a piece with a trace id it is from the last
        /// timestamp of the trace that isn't 0, at first the trace's anchor. In others a start is
        /// the number 0…15 of the latest times, last one first, that it equals; or 16 and the
        /// difference from the last start of the signal; a time is the difference from the
        /// signal's last time; others are the difference from the piece's last timestamp.
        case times = 7
        /// For each id of a span, the difference of its index from the last one of the signal; for
        /// each trace id that isn't its piece's own, from the signal's last trace.
        case references = 8
        /// The bytes of the templates end to end, 0 in their slots for holes.
        case templateBytes = 9
        /// For each template its length and the number of its slots; for each slot the bytes
        /// between it and the slot before, or the template's start, and what fills it: the kind of
        /// a hole (1…11); or 12, the distance back in the piece to the value that it repeats, and
        /// that value's width; or 13 plus the number of a column.
        case templates = 10
        /// The number of columns; for each the width of a value, and either twice the number of
        /// its values; or, where it has a dictionary, 1 plus twice the number of entries, and then
        /// the number of bytes of its indexes.
        case columns = 11
        /// The columns' bytes end to end: the values; or the entries of the dictionary, and for
        /// each value the difference of its index from the one before.
        case values = 12

        /// Whether it is read into a table that takes several times its length.
        var isTable: Bool { self == .templates || self == .columns }
    }

    /// What fills a slot that isn't a hole.
    static let repeatedValue: UInt64 = 12
    static let firstColumn: UInt64 = 13

    /// How many of the latest times a start is sought among.
    static let recentTimes = 16
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
