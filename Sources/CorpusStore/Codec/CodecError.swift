/// What is wrong with the bytes of a block.
struct CodecError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
