import MartletJSON
import MartletModelIR
import Testing

/// Fragments of config.json against transformers, see Scripts/goldens/make_rope.py.
@Suite struct RopeParametersTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let json: JSONValue
        var testDescription: String { json["name"]?.stringValue ?? "" }
        var refusedKey: String? { json["refused"]?.stringValue }
        var config: ModelConfig { ModelConfig(json: json["config"]!.objectValue!, origin: "config.json") }

        var layerType: String { json["layerType"]?.stringValue ?? "full_attention" }

        /// Beta and length, where queries grow.
        var queryScaling: [Double]? { json["queryScaling"]?.arrayValue?.map { $0.doubleValue! } }

        func parameters(of config: ModelConfig) throws(ModelError) -> RopeParameters {
            let keys = json["layerTypeKeys"]?.objectValue.map {
                RopeDefaults.LayerTypeKeys(
                    theta: $0["theta"]?.stringValue, takesScaling: $0["takesScaling"]?.boolValue ?? false)
            }
            return try RopeParameters(
                config: config, headDim: json["headDim"]!.intValue!,
                maxPositionEmbeddings: config.int("max_position_embeddings"), layerType: layerType,
                defaults: RopeDefaults(
                    theta: json["defaultTheta"]!.doubleValue!, scalesQueries: queryScaling != nil, layerTypeKeys: keys))
        }
    }

    static let cases = try! Fixture.json("rope/rope.json").arrayValue!.map { Case(json: $0) }

    @Test(
        "frequencies and attention factor are those of transformers", arguments: cases.filter { $0.refusedKey == nil })
    func frequencies(_ example: Case) throws {
        let parameters = try example.parameters(of: example.config)
        let length = example.json["maxModelLen"]?.intValue ?? parameters.maxPositionEmbeddings
        var rotary = parameters.rotaryEmbedding(maxModelLen: length)
        if let long = rotary.long, length > long.length { rotary.inverseFrequencies = long.inverseFrequencies }
        let expected = example.json["inverseFrequencies"]!.arrayValue!.map { Float($0.doubleValue!) }
        #expect(rotary.rotaryDim == example.json["rotaryDim"]!.intValue)
        #expect(rotary.inverseFrequencies.count == expected.count)
        for (found, expected) in zip(rotary.inverseFrequencies, expected) {
            #expect(abs(found - expected) <= 1.2e-7 * expected)
        }
        #expect(abs(Double(rotary.attentionFactor) - example.json["attentionFactor"]!.doubleValue!) < 1e-6)
        #expect(rotary.isNeoxStyle)
        let growth = rotary.queryScaling.map { [Double($0.beta), Double($0.originalMaxPositionEmbeddings)] }
        #expect(growth == example.queryScaling?.map { Double(Float($0)) })
        if let factor = example.json["softmaxScaleFactor"]?.doubleValue {
            #expect(abs(parameters.softmaxScaleFactor - factor) < 1e-12)
        }
    }

    @Test("reading the normalised form again changes nothing", arguments: cases.filter { $0.refusedKey == nil })
    func idempotence(_ example: Case) throws {
        let once = try example.parameters(of: example.config)
        var json = example.config.json
        json["rope_scaling"] = nil
        // The flat form and, as families with several layer types have it, one object per type.
        let nested: JSONValue = .object(
            ["full_attention", "sliding_attention"].reduce(into: JSONObject()) {
                $0[$1] = .object(once.json)
            })
        for form in example.json["layerTypeKeys"] == nil ? [.object(once.json), nested] : [nested] {
            var again = json
            again["rope_parameters"] = form
            for removed in [
                [], ["rope_theta", "partial_rotary_factor", "rotary_dim", "rotary_pct", "rotary_emb_base"],
            ] {
                for key in removed { again[key] = nil }
                var twice = try example.parameters(of: ModelConfig(json: again, origin: "config.json"))
                twice.unusedKeys = once.unusedKeys
                #expect(twice == once)
            }
        }
    }

    @Test("what cannot be right is refused by key", arguments: cases.filter { $0.refusedKey != nil })
    func refusal(_ example: Case) throws {
        let error = #expect(throws: ModelError.self) { try example.parameters(of: example.config) }
        #expect(error?.key == example.refusedKey)
    }
}
