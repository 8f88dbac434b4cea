/// The longest text of an item table, in bytes.
private let longestText = 256

extension UnsafeRawBufferPointer {
    /// UTF-8 as the item tables keep it: cut after 256 bytes, between two characters.
    package var shortened: UnsafeRawBufferPointer {
        guard count > longestText else { return self }
        var end = longestText
        while end > longestText - 4, self[end] & 0xc0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[..<end])
    }
}
