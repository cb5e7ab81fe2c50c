import MartletModelIR

/// Pools the hidden states of one sequence, row by row in order; sums in double precision, so that neither the step's
/// other sequences nor its cuts change a bit.
struct SequencePooler {
    private let poolings: [PoolingType]
    private var first: [Float] = []
    private var last: [Float] = []
    private var largest: [Float] = []
    private var sum: [Double] = []
    private var weightedSum: [Double] = []
    private var count = 0
    private var weight = 0

    init(_ poolings: [PoolingType]) { self.poolings = poolings }

    /// Takes the hidden state of the token at `position`.
    mutating func add(_ row: UnsafeMutableBufferPointer<Float>, position: Int) {
        if count == 0 { first = Array(row) }
        last = Array(row)
        count += 1
        weight += position + 1
        for pooling in poolings {
            switch pooling {
            case .cls, .last: break
            case .max: largest = largest.isEmpty ? last : zip(largest, last).map { Swift.max($0, $1) }
            case .mean, .meanSqrtLen: continue
            case .weightedMean:
                if weightedSum.isEmpty { weightedSum = [Double](repeating: 0, count: row.count) }
                for column in row.indices { weightedSum[column] += Double(row[column]) * Double(position + 1) }
            }
        }
        guard poolings.contains(.mean) || poolings.contains(.meanSqrtLen) else { return }
        if sum.isEmpty { sum = [Double](repeating: 0, count: row.count) }
        for column in row.indices { sum[column] += Double(row[column]) }
    }

    /// The pooled vectors, one behind the other.
    var vector: [Float] {
        poolings.flatMap { pooling -> [Float] in
            switch pooling {
            case .cls: first
            case .last: last
            case .max: largest
            case .mean: sum.map { Float($0 / Double(count)) }
            case .meanSqrtLen: sum.map { Float($0 / Double(count).squareRoot()) }
            case .weightedMean: weightedSum.map { Float($0 / Double(weight)) }
            }
        }
    }
}
