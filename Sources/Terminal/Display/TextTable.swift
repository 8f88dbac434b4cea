/// Rows of text under one another, numbers to the right.
public struct TextTable: Sendable {
    /// What a column is called, and how its cells are set.
    public struct Column: Sendable {
        let title: String
        let isNumeric: Bool

        /// Words, to the left; cut where the terminal is too narrow.
        public static func text(_ title: String = "") -> Column {
            Column(title: title, isNumeric: false)
        }

        /// Quantities, to the right; never cut.
        public static func number(_ title: String = "") -> Column {
            Column(title: title, isNumeric: true)
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    /// An empty table; the titles make a first line unless none is given.
    public init(_ columns: Column...) {
        self.columns = columns
    }

    /// Whether the table has no rows.
    public var isEmpty: Bool { rows.isEmpty }

    /// Adds a row of plain text, one cell a column: missing cells are empty, those too many are
    /// left out, control characters are replaced.
    public mutating func add(_ cells: String...) {
        add(cells)
    }

    /// Adds a row; see ``add(_:)-(String...)``.
    public mutating func add(_ cells: [String]) {
        rows.append(
            columns.indices.map { $0 < cells.count ? cells[$0].printable : "" }
        )
    }

    /// The lines of the table, indented by two spaces, and two between columns.
    ///
    /// Text is cut to the terminal's width, unless that is nil: the widest first, and none below
    /// eight columns.
    public func rendered(width: Int? = nil, style: Style = .plain) -> String {
        let widths = columnWidths(within: width)
        var lines: [String] = []
        if columns.contains(where: { !$0.title.isEmpty }) {
            lines.append(style.dim(line(columns.map(\.title), widths)))
        }
        lines += rows.map { line($0, widths) }
        return lines.joined(separator: "\n")
    }

    private func columnWidths(within limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.columns) { max($0, $1[index].columns) }
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0) { $0 + $1 + 2 } - limit
        while excess > 0 {
            let texts = widths.indices.filter { !columns[$0].isNumeric && widths[$0] > 8 }
            guard let widest = texts.max(by: { widths[$0] < widths[$1] }) else { break }
            let cut = min(excess, widths[widest] - 8)
            // No further than the next widest text, so that the cut is shared.
            let next = texts.filter { $0 != widest }.map { widths[$0] }.max() ?? 0
            let step = max(1, min(cut, widths[widest] - next))
            widths[widest] -= step
            excess -= step
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = columns[index].isNumeric ? cell : cell.truncated(to: widths[index])
            line += "  " + text.padded(to: widths[index], trailing: columns[index].isNumeric)
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
