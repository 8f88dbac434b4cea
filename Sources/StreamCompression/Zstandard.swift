#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The functions of libzstd (RFC 8878), looked up at run time where the library is installed.
///
/// They keep no state but in the context they are handed, so any thread may call them.
struct Zstandard: Sendable {
    /// `ZSTD_inBuffer`.
    struct Input {
        var bytes: UnsafeRawPointer?
        var size: Int
        var position: Int
    }

    /// `ZSTD_outBuffer`.
    struct Output {
        var bytes: UnsafeMutableRawPointer?
        var size: Int
        var position: Int
    }

    typealias Create = @convention(c) () -> OpaquePointer?
    typealias Free = @convention(c) (OpaquePointer?) -> Int
    typealias Decompress =
        @convention(c) (OpaquePointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int
    typealias Compress =
        @convention(c) (OpaquePointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer, CInt) ->
        Int
    typealias IsError = @convention(c) (Int) -> CUnsignedInt

    /// The library, or nil where it isn't installed.
    static let installed = Zstandard()

    let createReader: Create
    let freeReader: Free
    let decompress: Decompress
    let createWriter: Create
    let freeWriter: Free
    let compress: Compress
    let isError: IsError

    private init?() {
        let names = ["libzstd.so.1", "libzstd.1.dylib"]
        guard let handle = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
            let createReader = dlsym(handle, "ZSTD_createDCtx"),
            let freeReader = dlsym(handle, "ZSTD_freeDCtx"),
            let decompress = dlsym(handle, "ZSTD_decompressStream"),
            let createWriter = dlsym(handle, "ZSTD_createCCtx"),
            let freeWriter = dlsym(handle, "ZSTD_freeCCtx"),
            let compress = dlsym(handle, "ZSTD_compressStream2"),
            let isError = dlsym(handle, "ZSTD_isError")
        else { return nil }
        // Each type is the function's declaration in zstd.h, the same since version 1.4.
        self.createReader = unsafeBitCast(createReader, to: Create.self)
        self.freeReader = unsafeBitCast(freeReader, to: Free.self)
        self.decompress = unsafeBitCast(decompress, to: Decompress.self)
        self.createWriter = unsafeBitCast(createWriter, to: Create.self)
        self.freeWriter = unsafeBitCast(freeWriter, to: Free.self)
        self.compress = unsafeBitCast(compress, to: Compress.self)
        self.isError = unsafeBitCast(isError, to: IsError.self)
    }
}

/// zstd streams are asked for, but libzstd isn't installed.
public struct ZstandardMissing: Error, Equatable, CustomStringConvertible {
    /// One sentence that says what to do.
    public var description: String {
        "zstd needs the library libzstd.so.1, which is not installed (Debian: apt install libzstd1)"
    }
}
