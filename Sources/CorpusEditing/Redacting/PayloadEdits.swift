import OTLP

/// A length-delimited field of a payload.
struct DelimitedField {
    /// Where its tag begins.
    let start: Int
    /// Where its length stands.
    let length: Range<Int>
    let content: Range<Int>

    var whole: Range<Int> { start..<content.upperBound }

    /// Reads the field whose tag has been read.
    @inline(__always)
    init(_ cursor: inout WireCursor, tagAt start: Int) throws(WireError) {
        let lengthStart = cursor.offset
        content = try cursor.lengthDelimited()
        length = lengthStart..<content.lowerBound
        self.start = start
    }
}

/// What is to be changed in a payload, from its beginning to its end, with the lengths around each
/// change mended.
struct PayloadEdits {
    private struct Edit {
        let place: Range<Int>
        /// What takes its place, in ``bytes``; nil for what stands there.
        var replacement: Range<Int>?
    }

    private var edits: [Edit] = []
    private var bytes: [UInt8] = []

    var isEmpty: Bool { edits.isEmpty }
    var count: Int { edits.count }

    mutating func removeAll() {
        edits.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Takes back the edits past a count of them.
    mutating func removeAll(from mark: Int) {
        if mark < edits.count { edits.removeSubrange(mark...) }
    }

    /// - Returns: by how many bytes the payload grows; negative where it shrinks.
    mutating func remove(_ place: Range<Int>) -> Int {
        replace(place, with: [])
    }

    /// - Returns: by how many bytes the payload grows.
    mutating func replace(_ place: Range<Int>, with replacement: [UInt8]) -> Int {
        edits.append(Edit(place: place, replacement: bytes.count..<bytes.count + replacement.count))
        bytes += replacement
        return replacement.count - place.count
    }

    /// Begins the edits inside of a length-delimited field.
    /// - Returns: what ``close(_:_:growth:)`` is to be told.
    mutating func open(_ field: DelimitedField) -> Int {
        edits.append(Edit(place: field.length, replacement: nil))
        return edits.count - 1
    }

    /// Ends the edits inside of a field whose content grows by so many bytes.
    /// - Returns: by how many bytes the field grows with its length.
    mutating func close(_ mark: Int, _ field: DelimitedField, growth: Int) -> Int {
        guard edits.count > mark + 1 else {
            edits.removeLast()
            return 0
        }
        guard growth != 0 else { return 0 }
        let first = bytes.count
        bytes.append(varint: field.content.count + growth)
        edits[mark].replacement = first..<bytes.count
        return growth + (bytes.count - first) - field.length.count
    }

    /// The payload with all edits made.
    func applied(to payload: [UInt8], growth: Int) -> [UInt8] {
        var edited: [UInt8] = []
        edited.reserveCapacity(max(0, payload.count + growth))
        var next = 0
        for edit in edits {
            edited += payload[next..<edit.place.lowerBound]
            edited += edit.replacement.map { bytes[$0] } ?? payload[edit.place]
            next = edit.place.upperBound
        }
        edited += payload[next...]
        return edited
    }
}
