import MartletCPUBackend
import MartletJSON
import MartletModelConformance
import MartletModelIR
import MartletModels
import MartletWeights
import Testing

/// The public kit on the architectures of this package, and on architectures that break what it checks.
@Suite struct ModelConformanceTests {
    @Test("every family keeps the contract of architectures", arguments: GoldenLogitsTests.folders)
    func families(_ folder: String) throws {
        let config = try Checkpoint.open(path: "\(Fixture.root)/models/\(folder)").config
        let conformance = ModelConformance(
            config: ModelConfig(json: config.json, origin: "config.json"), registry: .builtIn)
        #expect(conformance.violations(on: [try CPUBackend()]) == [])
    }

    @Test(
        "what an architecture can get wrong is told",
        arguments: [
            (Faulty.Fault.wrongWidth, "columns"), (.allTokens, "gatherLogitRows"), (.wrongCache, "does not fit"),
            (.missingCache, "uses cache"), (.seesAhead, "see the ones after them"), (.unnamed, "names of their own"),
        ])
    func faults(_ fault: Faulty.Fault, _ message: String) throws {
        let registry = try ModelRegistry().adding([Faulty.self])
        let json: JSONValue = ["architectures": ["Faulty"], "fault": .string(fault.rawValue)]
        let config = ModelConfig(json: try #require(json.objectValue), origin: "config.json")
        let violations = ModelConformance(config: config, registry: registry).violations()
        #expect(violations.contains { $0.contains(message) }, "\(violations)")
    }
}

/// A one-layer model with a fault of choice.
struct Faulty: ModelArchitecture {
    enum Fault: String, Sendable { case wrongWidth, allTokens, wrongCache, missingCache, seesAhead, unnamed }

    static let architectures = ["Faulty"]
    let fault: Fault?
    let maxPositionEmbeddings = 32
    var vocabSize: Int { fault == .wrongWidth ? 9 : 8 }
    private let spec = AttentionSpec(layer: 0, numHeads: 2, numKVHeads: 2, headDim: 4)

    init(config: ModelConfig) throws(ModelError) { fault = Fault(rawValue: try config.string("fault")) }

    var kvCacheSpecs: [KVCacheSpec] {
        switch fault {
        case .missingCache: []
        case .wrongCache: [.full(AttentionSpec(layer: 0, numHeads: 4, numKVHeads: 4, headDim: 4))]
        default: [.full(spec)]
        }
    }

    func record(_ entry: EntryPoint, into recorder: inout Recorder) throws(ModelError) -> Value {
        let root = WeightScope("model")
        var spec = spec
        spec.isCausal = fault != .seesAhead
        let x = recorder.emit(.embed(root["embed"].weight(out: 8, in: 8), .tokenID), name: "embed")
        let qkv = recorder.emit(.linear(x, [root["qkv"].weight(out: 24, in: 8)], bias: []), name: "qkv")
        let attended = recorder.emit(.attention(qkv, spec), name: fault == .unnamed ? "" : "attention")
        let wanted = fault == .allTokens ? attended : recorder.emit(.gatherLogitRows(attended), name: "rows")
        return recorder.emit(.linear(wanted, [root["head"].weight(out: 8, in: 8)], bias: []), name: "head")
    }
}
