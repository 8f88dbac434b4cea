import Foundation

/// What a program printed with `--json`, read the way a script would.
enum JSONValue: Equatable, Sendable {
    case object([String: JSONValue])
    case array([JSONValue])
    case number(Double)
    case text(String)
    case flag(Bool)
    case null

    init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    /// The value at a path of keys such as `items.spans`.
    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(self) { value, key in
            guard case .object(let members)? = value else { return nil }
            return members[String(key)]
        }
    }

    /// A number without a fraction.
    var integer: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(exactly: number)
    }

    /// A number.
    var double: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    /// An array's values.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// A text.
    var string: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The paths that another value has and this one lacks; an array's first element stands for all.
    func paths(missingFrom documented: JSONValue, at path: String = "") -> [String] {
        switch (documented, self) {
        case (.object(let documented), .object(let found)):
            documented.sorted { $0.key < $1.key }.flatMap { key, value in
                let place = path.isEmpty ? key : "\(path).\(key)"
                return found[key].map { $0.paths(missingFrom: value, at: place) } ?? [place]
            }
        case (.array(let documented), .array(let found)):
            documented.prefix(1).flatMap { value in
                found.first.map { $0.paths(missingFrom: value, at: path + "[]") } ?? [path + "[]"]
            }
        case (.object, _), (.array, _): [path]
        default: []
        }
    }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
