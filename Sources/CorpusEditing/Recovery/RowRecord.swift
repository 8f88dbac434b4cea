/// The columns of a row, found by its record's header (sqlite.org/fileformat2.html, "Record
/// Format").
struct RowRecord {
    enum Kind {
        case null, integer, real, text, blob
    }

    struct Column {
        let kind: Kind
        /// Where its bytes stand in the record.
        let range: Range<Int>
        /// 0 or 1 for the two integers that take no bytes.
        fileprivate let constant: Int64
    }

    /// More than any table of a corpus has.
    private static let longestHeader = 64

    let columns: [Column]
    private let bytes: [UInt8]

    /// Reads a record's header, and no more of it than `bytes`, its beginning; nil where the header
    /// can't be one.
    init?(_ bytes: [UInt8], recordBytes: Int) {
        guard let (headerBytes, start) = bytes.sqliteVarint(0, before: bytes.count),
            headerBytes <= UInt64(min(Self.longestHeader, bytes.count))
        else { return nil }
        var columns: [Column] = []
        var place = start
        var end = Int(headerBytes)
        while place < Int(headerBytes) {
            guard let (type, next) = bytes.sqliteVarint(place, before: Int(headerBytes)),
                let (kind, width, constant) = Self.meaning(of: type), width <= recordBytes - end
            else { return nil }
            columns.append(Column(kind: kind, range: end..<(end + width), constant: constant))
            (place, end) = (next, end + width)
        }
        guard end == recordBytes else { return nil }
        self.columns = columns
        self.bytes = bytes
    }

    private static func meaning(of type: UInt64) -> (Kind, width: Int, constant: Int64)? {
        switch type {
        case 0: (.null, 0, 0)
        case 1...4: (.integer, Int(type), 0)
        case 5: (.integer, 6, 0)
        case 6: (.integer, 8, 0)
        case 7: (.real, 8, 0)
        case 8: (.integer, 0, 0)
        case 9: (.integer, 0, 1)
        case 10, 11: nil
        default:
            type > UInt64(UInt32.max)
                ? nil : (type & 1 == 0 ? .blob : .text, Int((type - 12) / 2), 0)
        }
    }

    /// The value of an integer column; nil for another one, or where its bytes are not all there.
    func integer(_ index: Int) -> Int64? {
        guard index < columns.count, columns[index].kind == .integer else { return nil }
        let range = columns[index].range
        guard !range.isEmpty else { return columns[index].constant }
        guard range.upperBound <= bytes.count else { return nil }
        let isNegative = bytes[range.lowerBound] & 0x80 != 0
        return bytes[range].reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
    }

    /// The bytes of a text or blob column; nil for another one, or where they are not all there.
    func bytes(_ index: Int, _ kind: Kind) -> ArraySlice<UInt8>? {
        guard index < columns.count, columns[index].kind == kind,
            columns[index].range.upperBound <= bytes.count
        else { return nil }
        return bytes[columns[index].range]
    }

    /// Whether the columns are of these kinds.
    func matches(_ kinds: [Kind]) -> Bool {
        columns.count == kinds.count && zip(columns, kinds).allSatisfy { $0.kind == $1 }
    }
}
