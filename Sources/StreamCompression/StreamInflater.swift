/// Undoes a compression piece by piece, so that what is fed bounds what is held.
public protocol StreamInflater: AnyObject {
    /// Takes the next bytes of the stream, which must stay in place until ``next()`` returns nil.
    func feed(_ input: UnsafeRawBufferPointer)
    /// The next inflated bytes, valid until the next call, or nil when more input is needed.
    func next() throws(InflationFault) -> UnsafeRawBufferPointer?
    /// Says that no input follows.
    /// - Throws: ``InflationFault/truncated`` when the stream isn't at its end.
    func finish() throws(InflationFault)
}

/// Why a stream can't be inflated.
public enum InflationFault: Error, Equatable {
    /// Not a stream of the format, or bytes that were changed on the way.
    case damaged
    /// The bytes end before the stream does.
    case truncated
    /// The library could not get memory.
    case outOfMemory
}

/// Compresses a stream piece by piece.
public protocol StreamDeflater: AnyObject {
    /// Takes further bytes and hands on what is compressed by now.
    /// - Throws: what `output` throws; ``DeflationFault`` when the library can't go on.
    func write(
        _ input: UnsafeRawBufferPointer,
        _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws
    /// Ends the stream and hands on the rest of it.
    /// - Throws: what `output` throws; ``DeflationFault`` when the library can't go on.
    func finish(_ output: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// The library could not get memory.
public struct DeflationFault: Error, CustomStringConvertible {
    /// One sentence for the person who reads the error.
    public var description: String { "there is not enough memory to compress" }
}
