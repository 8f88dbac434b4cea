public import OTLP

/// When and how a corpus was recorded.
public struct Recording: Equatable, Sendable {
    /// When the recording began.
    public let started: Timestamp
    /// When it ended; nil when it did not end cleanly.
    public let ended: Timestamp?
    /// Whether it ended cleanly.
    public let isComplete: Bool
    /// Which items have rows of their own.
    public let index: ItemIndex
    /// How it was made.
    public let settings: RecordingSettings
    /// "sha256:" and 64 hex digits over all payloads in order; nil when it did not end cleanly.
    public let digest: String?
}

/// How a recording was made: what the recording program wants to be known of itself, by name.
public typealias RecordingSettings = [String: RecordingSetting]

/// The value of a setting.
public enum RecordingSetting: Equatable, Sendable {
    /// A text.
    case text(String)
    /// A number.
    case number(Double)
    /// Yes or no.
    case flag(Bool)
}

extension RecordingSetting: Codable {
    /// Reads a JSON string, number or boolean.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    /// Writes a JSON string, number or boolean.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        }
    }
}
