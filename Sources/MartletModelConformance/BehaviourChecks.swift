import MartletModelIR

/// What shows when a program runs on made-up weights.
struct BehaviourChecks {
    let model: any ModelArchitecture
    let program: Program
    let backends: [any Backend]

    /// Within a backend sums are in one order whatever the step; between backends they are not.
    private static let tolerance: Float = 2e-4

    func violations() throws -> [String] {
        let length = min(19, model.maxPositionEmbeddings)
        let prompt = (0..<length).map { Int32(($0 * 7 + 3) % model.vocabSize) }
        let other = (0..<max(length / 2, 1)).map { Int32(($0 * 5 + 1) % model.vocabSize) }
        let reference = try SequenceRunner(model, program, on: ReferenceBackend())
        let expected = try reference.logits(of: prompt, chunkSize: length)
        var found: [String] = []
        guard expected.joined().allSatisfy(\.isFinite) else {
            return ["made-up weights give logits that are not finite"]
        }
        for backend in [ReferenceBackend()] + backends {
            let name = type(of: backend).name
            let alone = try SequenceRunner(model, program, on: backend)
            let whole = try alone.logits(of: prompt, chunkSize: length)
            if Self.difference(whole, expected) > Self.tolerance * Self.scale(expected) {
                found.append("\(name): logits differ from the reference backend's")
            }
            for chunkSize in [1, 5] where try alone.logits(of: prompt, chunkSize: chunkSize) != whole {
                found.append("\(name): a prompt in steps of \(chunkSize) tokens gives other logits than at once")
            }
            let (first, second) = try alone.logits(of: prompt, beside: other)
            if first != whole { found.append("\(name): a batch gives other logits than a request alone") }
            if try second != alone.logits(of: other, chunkSize: other.count) {
                found.append("\(name): the second request of a batch gets other logits than alone")
            }
        }
        if length > 1 {
            let changed = prompt.dropLast() + [(prompt[length - 1] + 1) % Int32(model.vocabSize)]
            let logits = try reference.logits(of: Array(changed), chunkSize: length)
            if Array(logits.dropLast()) != Array(expected.dropLast()) { found.append("tokens see the ones after them") }
        }
        return found
    }

    private static func difference(_ rows: [[Float]], _ expected: [[Float]]) -> Float {
        zip(rows.joined(), expected.joined()).map { abs($0 - $1) }.max() ?? 0
    }

    private static func scale(_ rows: [[Float]]) -> Float { max(1, rows.joined().map(\.magnitude).max() ?? 1) }
}
