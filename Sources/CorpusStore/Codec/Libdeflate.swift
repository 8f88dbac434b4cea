#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The functions of libdeflate, looked up at run time where the library is installed.
///
/// It writes and reads the same streams as zlib, at two to three times the speed. Its functions
/// keep no state but in the compressor or decompressor they are handed, so any thread may call them.
struct Libdeflate: Sendable {
    typealias Allocate = @convention(c) (CInt) -> OpaquePointer?
    typealias AllocateReader = @convention(c) () -> OpaquePointer?
    typealias Free = @convention(c) (OpaquePointer?) -> Void
    typealias Compress =
        @convention(c) (
            OpaquePointer, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int
        ) -> Int
    typealias Bound = @convention(c) (OpaquePointer?, Int) -> Int
    typealias Decompress =
        @convention(c) (
            OpaquePointer, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int,
            UnsafeMutablePointer<Int>?
        ) -> CInt
    typealias Checksum = @convention(c) (UInt32, UnsafeRawPointer?, Int) -> UInt32

    /// The library, or nil where it isn't installed.
    static let installed = Libdeflate()

    let allocateCompressor: Allocate
    let freeCompressor: Free
    let compress: Compress
    let compressBound: Bound
    let allocateDecompressor: AllocateReader
    let freeDecompressor: Free
    let decompress: Decompress
    let crc32: Checksum

    private init?() {
        let names = ["libdeflate.so.0", "libdeflate.0.dylib"]
        guard let handle = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
            let allocateCompressor = dlsym(handle, "libdeflate_alloc_compressor"),
            let freeCompressor = dlsym(handle, "libdeflate_free_compressor"),
            let compress = dlsym(handle, "libdeflate_zlib_compress"),
            let compressBound = dlsym(handle, "libdeflate_zlib_compress_bound"),
            let allocateDecompressor = dlsym(handle, "libdeflate_alloc_decompressor"),
            let freeDecompressor = dlsym(handle, "libdeflate_free_decompressor"),
            let decompress = dlsym(handle, "libdeflate_zlib_decompress"),
            let crc32 = dlsym(handle, "libdeflate_crc32")
        else { return nil }
        // Each type is the function's declaration in libdeflate.h, the same since version 1.0.
        self.allocateCompressor = unsafeBitCast(allocateCompressor, to: Allocate.self)
        self.freeCompressor = unsafeBitCast(freeCompressor, to: Free.self)
        self.compress = unsafeBitCast(compress, to: Compress.self)
        self.compressBound = unsafeBitCast(compressBound, to: Bound.self)
        self.allocateDecompressor = unsafeBitCast(allocateDecompressor, to: AllocateReader.self)
        self.freeDecompressor = unsafeBitCast(freeDecompressor, to: Free.self)
        self.decompress = unsafeBitCast(decompress, to: Decompress.self)
        self.crc32 = unsafeBitCast(crc32, to: Checksum.self)
    }
}
