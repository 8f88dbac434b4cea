import Crypto
import OTLP

/// An export request with all that can be worked out of it before it meets the database, so that
/// this is done by as many requests at a time as there are cores.
struct PreparedRequest: Sendable {
    let request: ExportRequest
    let scan: RequestScan
    let jsonBytes: Int
    let sha256: [UInt8]
    let skeleton: [UInt8]
    let skeletonCRC32: UInt32

    /// - Throws: ``WireError`` where the payload is not a well-formed export request.
    init(_ request: ExportRequest) throws(WireError) {
        self.request = request
        scan = try RequestScan(request.signal, payload: request.payload)
        jsonBytes = try JSONLength.count(request.signal, payload: request.payload)
        sha256 = Self.sha256(of: request.payload)
        skeleton = Self.skeleton(of: request.payload, holes: scan.holes)
        skeletonCRC32 = skeleton.withUnsafeBytes { Compression.crc32($0) }
    }

    /// The SHA-256 of a payload.
    static func sha256(of payload: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: payload))
    }

    /// A payload with its holes zeroed.
    static func skeleton(of payload: [UInt8], holes: [Hole]) -> [UInt8] {
        var skeleton = payload
        skeleton.withUnsafeMutableBytes { bytes in
            for hole in holes {
                let start = Int(hole.offset)
                UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + hole.kind.width)])
                    .initializeMemory(as: UInt8.self, repeating: 0)
            }
        }
        return skeleton
    }
}
