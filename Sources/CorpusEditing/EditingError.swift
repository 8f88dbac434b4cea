/// What can keep a corpus from being edited or exchanged.
public enum EditingError: Error, Equatable {
    /// An output that is one of the inputs.
    case sameFile(path: String)
    /// A file that can't be read, for the reason given.
    case cannotRead(path: String, reason: String)
    /// A file that can't be written, for the reason given.
    case cannotWrite(path: String, reason: String)
    /// A message of a file that can't be imported: a line, or a message in a length-delimited file.
    case badMessage(path: String, place: MessagePlace, reason: String)
    /// Files that hold no telemetry.
    case nothingToImport(paths: [String])
    /// Nothing in the corpus is chosen.
    case nothingChosen(path: String)
    /// A file in which no export request that verifies is left.
    case nothingToRecover(path: String)
    /// An export request that has no JSON form, for the reason given.
    case notExportable(path: String, request: Int64, reason: String)
    /// Corpora that can't lie on one clock: a timestamp would leave its range.
    case clockOutOfRange(path: String)
    /// A rate that isn't one.
    case invalidArrivals(String)
    /// What can't be the name of an attribute, nor a pattern of names.
    case invalidKeyPattern(String)
    /// A secret that is too short to keep hashed values from being guessed.
    case weakSecret(source: String, bytes: Int)
    /// A corpus with more values to redact than can be sought at a time.
    case tooManyValues(path: String, limit: Int)
    /// An export request that can't be redacted, for the reason given.
    case notRedactable(path: String, request: Int64, reason: String)
}

/// Where in a file a message stands.
public enum MessagePlace: Equatable, Sendable {
    /// The number of a line, from 1.
    case line(Int)
    /// The number of a message, from 1, and where it begins, in bytes of the file once inflated.
    case message(Int, offset: Int)
}

extension MessagePlace: CustomStringConvertible {
    /// As an error names it.
    public var description: String {
        switch self {
        case .line(let number): "line \(number)"
        case .message(let number, let offset): "message \(number) (at byte \(offset))"
        }
    }
}

extension EditingError: CustomStringConvertible {
    /// One line that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .sameFile(let path):
            "\(path): a file can't be both read and replaced; choose another name"
        case .cannotRead(let path, let reason): "\(path): can't be read: \(reason)"
        case .cannotWrite(let path, let reason): "\(path): can't be written: \(reason)"
        case .badMessage(let path, let place, let reason): "\(path): \(place): \(reason)"
        case .nothingToImport(let paths):
            "\(paths.joined(separator: ", ")): there is no telemetry to import"
        case .nothingChosen(let path):
            "\(path): no export request is chosen; see corpus-stats for what there is"
        case .nothingToRecover(let path):
            "\(path): no export request of a corpus is left in it that could be saved"
        case .notExportable(let path, let request, let reason):
            "\(path): export request \(request) has no JSON form: \(reason)"
        case .clockOutOfRange(let path):
            "\(path): its times can't be moved so far"
        case .invalidArrivals(let text):
            "'\(text)' is no way to tell arrivals; write items, or a rate such as 100rps"
        case .invalidKeyPattern(let text):
            "'\(text)' is no key of an attribute; write one such as order.id or customer.*, without "
                + "spaces"
        case .weakSecret(let source, let bytes):
            "\(source): \(bytes) bytes are no secret; make one of \(RedactionSecret.minimumBytes) or "
                + "more, for instance with: openssl rand -hex 32"
        case .tooManyValues(let path, let limit):
            "\(path): more than \(limit) values would have to be sought everywhere; redact parts of "
                + "it (corpus-tool cut --until) with one --secret-file, or add --elsewhere keep"
        case .notRedactable(let path, let request, let reason):
            "\(path): export request \(request) can't be redacted: \(reason)"
        }
    }
}
