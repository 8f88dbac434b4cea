import Foundation

/// How messages lie in a file.
public enum ExchangeFormat: String, CaseIterable, Sendable {
    /// OTLP/JSON, a message a line, as the Collector's file exporter writes it by default.
    case json
    /// Protobuf, each message behind its length in 4 bytes, highest first, as the same exporter
    /// writes it with `format: proto`.
    case proto
}

/// What a whole file is compressed with.
enum FileCompression {
    case none, gzip, zstd

    /// By the ending of a file's name.
    init(path: String) {
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "gz": self = .gzip
        case "zst", "zstd": self = .zstd
        default: self = .none
        }
    }

    /// By the first bytes of a file.
    init(magic bytes: some Collection<UInt8>) {
        if bytes.starts(with: [0x1f, 0x8b]) {
            self = .gzip
        } else if bytes.starts(with: Self.zstdMagic) {
            self = .zstd
        } else {
            self = .none
        }
    }

    /// Begins every zstd frame (RFC 8878, section 3.1.1).
    static let zstdMagic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
}

/// The longest message that is imported or exported, in bytes: what the receiver takes as well.
let maximumMessageBytes = 64 << 20
