/// What can keep a corpus from being edited.
public enum EditingError: Error, Equatable {
    /// An output that is one of the inputs.
    case sameFile(path: String)
}

extension EditingError: CustomStringConvertible {
    /// One line that says what is wrong and what to do.
    public var description: String {
        switch self {
        case .sameFile(let path):
            "\(path): a file can't be both read and replaced; choose another name"
        }
    }
}
