/// Writes one zstd frame (RFC 8878) at zstd's default level.
public final class ZstandardDeflater: StreamDeflater {
    /// `ZSTD_EndDirective`.
    private enum Directive: CInt {
        case `continue` = 0
        case end = 2
    }

    private let functions: Zstandard
    private let context: OpaquePointer
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 131_072, alignment: 16)

    /// A deflater at the beginning of a stream.
    /// - Throws: ``ZstandardMissing``; ``DeflationFault``.
    public init() throws {
        guard let functions = Zstandard.installed else { throw ZstandardMissing() }
        guard let context = functions.createWriter() else { throw DeflationFault() }
        self.functions = functions
        self.context = context
    }

    deinit {
        _ = functions.freeWriter(context)
        buffer.deallocate()
    }

    /// Takes further bytes and hands on what is compressed by now.
    public func write(
        _ input: UnsafeRawBufferPointer,
        _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var source = Zstandard.Input(bytes: input.baseAddress, size: input.count, position: 0)
        while source.position < source.size { _ = try step(.continue, &source, output) }
    }

    /// Ends the frame and hands on the rest of it.
    public func finish(_ output: (UnsafeRawBufferPointer) throws -> Void) throws {
        var source = Zstandard.Input(bytes: nil, size: 0, position: 0)
        while try step(.end, &source, output) > 0 {}
    }

    /// - Returns: how much is left to hand on, at least.
    private func step(
        _ directive: Directive,
        _ source: inout Zstandard.Input,
        _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        var target = Zstandard.Output(bytes: buffer.baseAddress, size: buffer.count, position: 0)
        let rest = functions.compress(context, &target, &source, directive.rawValue)
        guard functions.isError(rest) == 0 else { throw DeflationFault() }
        if target.position > 0 {
            try output(UnsafeRawBufferPointer(rebasing: buffer[..<target.position]))
        }
        return rest
    }
}
