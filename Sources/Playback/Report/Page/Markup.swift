/// Writes HTML; what comes from outside is escaped.
enum Markup {
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }

    /// A table of texts; columns after the first are numbers where `isNumeric`.
    static func table(_ head: [String], _ rows: [[String]], isNumeric: Bool = true) -> String {
        let type = isNumeric ? " class=\"numbers\"" : ""
        let heads = head.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
        let body = rows.map { row in
            let name = row.first.map { "<th scope=\"row\">\(escaped($0))</th>" } ?? ""
            return "<tr>\(name)\(row.dropFirst().map { "<td>\(escaped($0))</td>" }.joined())</tr>"
        }.joined(separator: "\n")
        let header = head.isEmpty ? "" : "<thead><tr>\(heads)</tr></thead>"
        return "<div class=\"scroll\"><table\(type)>\(header)<tbody>\(body)</tbody></table></div>"
    }

    /// A figure of some weight, with what it is.
    static func tile(_ title: String, _ value: String, _ note: String = "") -> String {
        """
        <div class="tile"><div class="name">\(escaped(title))</div>\
        <div class="value">\(escaped(value))</div><div class="note">\(escaped(note))</div></div>
        """
    }
}
