/// Inflates zstd frames (RFC 8878), one after the other, piece by piece.
///
/// Holds the window that a frame asks for, up to 128 MiB.
public final class ZstandardInflater: StreamInflater {
    private let functions: Zstandard
    private let context: OpaquePointer
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 131_072, alignment: 16)
    private var input = Zstandard.Input(bytes: nil, size: 0, position: 0)
    private var isAtFrameEnd = false
    private var isOutputWaiting = false

    /// An inflater at the beginning of a stream.
    /// - Throws: ``ZstandardMissing``; ``InflationFault/outOfMemory``.
    public init() throws {
        guard let functions = Zstandard.installed else { throw ZstandardMissing() }
        guard let context = functions.createReader() else { throw InflationFault.outOfMemory }
        self.functions = functions
        self.context = context
    }

    deinit {
        _ = functions.freeReader(context)
        output.deallocate()
    }

    /// Takes the next bytes of the stream, which must stay in place until ``next()`` returns nil.
    public func feed(_ input: UnsafeRawBufferPointer) {
        self.input = Zstandard.Input(bytes: input.baseAddress, size: input.count, position: 0)
    }

    /// The next inflated bytes, valid until the next call, or nil when more input is needed.
    public func next() throws(InflationFault) -> UnsafeRawBufferPointer? {
        while input.position < input.size || isOutputWaiting {
            var target = Zstandard.Output(
                bytes: output.baseAddress,
                size: output.count,
                position: 0
            )
            let rest = functions.decompress(context, &target, &input)
            guard functions.isError(rest) == 0 else { throw .damaged }
            isAtFrameEnd = rest == 0
            isOutputWaiting = target.position == target.size && !isAtFrameEnd
            if target.position > 0 {
                return UnsafeRawBufferPointer(rebasing: output[..<target.position])
            }
        }
        return nil
    }

    /// Says that no input follows.
    public func finish() throws(InflationFault) {
        guard isAtFrameEnd else { throw .truncated }
    }
}
