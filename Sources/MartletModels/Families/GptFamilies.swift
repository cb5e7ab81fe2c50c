internal import MartletModelIR

extension ModelRegistry {
    /// Decoders with LayerNorm or other departures from Llama.
    static let gptFamilies: [any ModelArchitecture.Type] = []
}
