/// Horizontal bars under one another, the longest for the greatest value.
public struct BarChart: Sendable {
    private var bars: [(label: String, value: Double, note: String)] = []

    /// A chart without bars.
    public init() {}

    /// Adds a bar with a note after it, such as the value with its unit; a value that is negative
    /// or not finite makes an empty bar.
    public mutating func add(_ label: String, value: Double, note: String) {
        let drawn = value.isFinite ? max(0, value) : 0
        bars.append((label.printable, drawn, note.printable))
    }

    /// One line a bar, drawn to an eighth of a column, within the terminal's width, 80 where that
    /// is nil.
    public func rendered(width: Int? = nil, style: Style = .plain) -> String {
        let width = max(20, width ?? 80)
        let labelWidth = min(width / 3, bars.reduce(0) { max($0, $1.label.columns) })
        let noteWidth = bars.reduce(0) { max($0, $1.note.columns) }
        let room = max(4, min(60, width - labelWidth - noteWidth - 6))
        let greatest = bars.reduce(0) { max($0, $1.value) }
        let lines = bars.map { bar in
            let share = greatest > 0 ? bar.value / greatest : 0
            let drawn = Self.bar(eighths: Int((share * Double(room * 8)).rounded()))
            let label = bar.label.truncated(to: labelWidth).padded(to: labelWidth)
            return "  \(label)  \(style.cyan(drawn.padded(to: room)))  \(bar.note)"
        }
        return lines.joined(separator: "\n")
    }

    private static func bar(eighths: Int) -> String {
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + partial[eighths % 8]
    }
}
