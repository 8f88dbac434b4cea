/// A quantity over time as columns side by side, the highest for the greatest value.
public struct ColumnChart: Sendable {
    private let values: [Double]

    /// One value a step of time; values that are negative or not finite are drawn as zero.
    public init(_ values: [Double]) {
        self.values = values.map { $0.isFinite ? max(0, $0) : 0 }
    }

    /// The chart in one line, as in `▁▂▅█▃`, empty where there are no values.
    public func sparkline(width: Int = 60) -> String {
        rows(height: 1, width: width).first ?? ""
    }

    /// The chart over 1 to 20 lines, the greatest value beside the first, written by `value`, and
    /// the chart's `start` and `end` under the last.
    ///
    /// It takes the terminal's width, 80 where that is nil. Neighbours share a column, as their
    /// mean, where there are more values than columns.
    public func rendered(
        height: Int = 6,
        width: Int? = nil,
        style: Style = .plain,
        value: (Double) -> String,
        start: String,
        end: String
    ) -> String {
        let width = max(20, width ?? 80)
        let top = value(fitted(to: width).max() ?? 0)
        let axisWidth = min(max(top.columns, value(0).columns), width / 3)
        let rows = rows(height: min(max(height, 1), 20), width: width - axisWidth - 4)
        guard let columns = rows.first?.count else { return "" }
        var lines = rows.enumerated().map { index, row in
            let named = index == 0 ? top : index == rows.count - 1 ? value(0) : ""
            let axis = named.truncated(to: axisWidth).padded(to: axisWidth, trailing: true)
            return "  \(style.dim(axis)) \(style.cyan(row))"
        }
        let gap = max(1, columns - start.columns - end.columns)
        let ends = start + String(repeating: " ", count: gap) + end
        lines.append(String(repeating: " ", count: axisWidth + 3) + style.dim(ends))
        return lines.joined(separator: "\n")
    }

    private func rows(height: Int, width: Int) -> [String] {
        let columns = fitted(to: max(1, width))
        guard !columns.isEmpty else { return [] }
        let greatest = columns.max() ?? 0
        let steps = columns.map { column in
            let share = greatest > 0 ? column / greatest : 0
            // A value above zero always shows.
            return max(Int((share * Double(height * 8)).rounded()), column > 0 ? 1 : 0)
        }
        let blocks: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        return (0..<height).map { row in
            let base = (height - 1 - row) * 8
            return String(steps.map { blocks[min(max($0 - base, 0), 8)] })
        }
    }

    private func fitted(to width: Int) -> [Double] {
        guard values.count > width else { return values }
        return (0..<width).map { column in
            let range = values[
                (column * values.count / width)..<((column + 1) * values.count / width)
            ]
            return range.reduce(0, +) / Double(range.count)
        }
    }
}
