/// The cheapest way through a matrix of costs from its first corner to its last, one row or column at a time or both.
///
/// **Source** openai-whisper `dtw_cpu` and `backtrace`: costs add up in float32, and of equally cheap steps the one along
/// the row is taken.
struct DynamicTimeWarping: Sendable, Hashable {
    /// Rows of the path's places, in order.
    private(set) var rows: [Int] = []
    /// Columns of the path's places, in order.
    private(set) var columns: [Int] = []

    private enum Step: UInt8 {
        case both, row, column
    }

    /// The path through `[numRows, numColumns]`, row-major.
    init(_ costs: [Float], numRows: Int, numColumns: Int) {
        guard numRows > 0, numColumns > 0 else { return }
        let width = numColumns + 1
        var before = [Float](repeating: .infinity, count: width)
        before[0] = 0
        var steps = [Step](repeating: .column, count: (numRows + 1) * width)
        for row in 1...numRows {
            var current = [Float](repeating: .infinity, count: width)
            for column in 1...numColumns {
                let (both, down, along) = (before[column - 1], before[column], current[column - 1])
                var (cost, step) = (along, Step.column)
                if both < down, both < along {
                    (cost, step) = (both, .both)
                } else if down < both, down < along {
                    (cost, step) = (down, .row)
                }
                current[column] = Float(Double(costs[(row - 1) * numColumns + column - 1]) + Double(cost))
                steps[row * width + column] = step
            }
            before = current
        }
        traceBack(steps, numRows: numRows, numColumns: numColumns)
    }

    private mutating func traceBack(_ steps: [Step], numRows: Int, numColumns: Int) {
        var (row, column) = (numRows, numColumns)
        while row > 0 || column > 0 {
            rows.append(row - 1)
            columns.append(column - 1)
            let step = row == 0 ? .column : column == 0 ? .row : steps[row * (numColumns + 1) + column]
            if step != .column { row -= 1 }
            if step != .row { column -= 1 }
        }
        rows.reverse()
        columns.reverse()
    }
}
